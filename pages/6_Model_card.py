"""Model card: what a published model is for, what it learned from, and what it cannot do."""

from xraylib.app.classify import card_page

card_page.show()
