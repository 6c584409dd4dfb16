"""The layers by Keras's names, as ``keras.layers`` has them: ``xraylib.layers.Conv2D(8, 3)``.

What can be given without its name is what Keras takes first (``Conv2D(filters, kernel_size)``,
``Dense(units)``); everything else is given with its name. A layer is a frozen value; nothing here
loads Keras.
"""

from xraylib.networks.layers import *  # noqa: F403
from xraylib.networks.layers import __all__ as __all__
