"""What the model says of one image on the Classify page, beside it; or that it says nothing."""

from __future__ import annotations

from urllib.parse import quote, urlsplit, urlunsplit

import streamlit as st

from xraylib.app.classify import judging, many_results
from xraylib.app.classify.visit_state import Opened, View
from xraylib.app.shell import charts
from xraylib.app.shell.frame import plain, written
from xraylib.models.acceptance.accept import acceptance_tests
from xraylib.models.bundle import Bundle
from xraylib.models.classify.classifier import Classifier
from xraylib.models.classify.prediction import Prediction
from xraylib.models.track_record import TrackRecord
from xraylib.models.wording import (
    ANYWAY,
    CANNOT_JUDGE,
    NO_ANSWER,
    OF_TRAINING,
    SYNTHETIC,
    as_phantoms,
    headline,
    leading,
    share,
    threshold_words,
    undecided_words,
)
from xraylib.workspace import Workspace

_GREY = "#8d979d"


def show(image: Opened, prediction: Prediction, shown: View, model: Classifier) -> None:
    """The answer with what it was worth in testing, or why there is none."""
    if prediction.status == "ok":
        prevalence = _answer(image, prediction, model)
    else:
        prevalence = None
        _no_answer(image, prediction, model)
    address = _card_address(model)
    st.download_button(
        "Report to print",
        lambda: many_results.report(
            image, shown, model.bundle, address, prevalence, tried=_tried(model.bundle)
        )[0],
        f"xray-lab-report-{image.sha256[:16]}.html",
        "text/html",
        icon=":material/print:",
        on_click="ignore",
        help="One page with all that stands here, the X-ray, the model and the notice.",
    )
    st.caption(judging.model_sentence(model.bundle))


def _tried(bundle: Bundle) -> str:
    tests = acceptance_tests(bundle.name, bundle.version, workspace=Workspace.open())
    return str(tests[0]) if tests else ""


def asked_anyway(image: Opened) -> bool:
    """Whether the reader wants to see what the model would have said."""
    return bool(st.session_state.get(_anyway_key(image)))


def _answer(image: Opened, prediction: Prediction, model: Classifier) -> float | None:
    """Returns how frequent the class is where the reader is, where that matters."""
    result, bundle = image.result(), model.bundle
    st.subheader(plain(headline(result, prediction.operating)))
    if why := undecided_words(result, prediction.operating):
        st.warning(plain(why), icon=":material/help:")
    for warning in prediction.warnings:
        st.warning(written(warning.message), icon=":material/warning:")
    records = [record for name in leading(result) if (record := TrackRecord.of_model(name, bundle))]
    for record in records:
        st.markdown(plain(record.counts))
    st.vega_lite_chart(
        spec=many_results.probability_chart(
            result.probabilities,
            prediction.operating,
            charts.class_colours(model.classes),
            dark=st.context.theme.type == "dark",
        ),
        alt=many_results.probability_summary(result.probabilities, prediction.operating),
    )
    prevalence = _prevalence(records[0]) if records else None
    if prediction.operating:
        with st.expander("What the thresholds rest on", icon=":material/help:"):
            for name, flag in prediction.operating.items():
                st.caption(plain(threshold_words(name, flag, synthetic=bundle.synthetic)))
    if bundle.synthetic:
        st.info(SYNTHETIC, icon=":material/science:")
    return prevalence


def _prevalence(record: TrackRecord) -> float | None:
    """What the answer would be worth where the class is as frequent as the reader says."""
    if record.worth(record.usual).value is None:
        return None
    place = st.container()
    of_100 = st.number_input(
        plain(record.question),
        min_value=0.01,
        max_value=99.99,
        value=100 * record.usual,
        format="%.4g",
        key=f"prevalence-{record.name}",
        persist_state="page",
        help="Among people whose chest is X-rayed there. In testing the classes were mixed by "
        "those who made the data set; where a disease is rare, more of those called ill are well.",
    )
    place.markdown(plain(record.at(of_100 / 100)))
    return of_100 / 100


def _no_answer(image: Opened, prediction: Prediction, model: Classifier) -> None:
    """Why there is no answer and what to do; nothing of an answer until it is asked for."""
    st.subheader(CANNOT_JUDGE)
    for warning in prediction.warnings:
        if warning.refuses:
            st.error(written(warning.message), icon=":material/block:")
        else:
            st.warning(written(warning.message), icon=":material/warning:")
    if not st.toggle(ANYWAY, key=_anyway_key(image)):
        return
    likeliest, bundle = prediction.likeliest, model.bundle
    shares = prediction.would_have_said
    with st.container(border=True):
        st.caption(NO_ANSWER.format(name=plain(likeliest), share=plain(share(shares[likeliest]))))
        st.vega_lite_chart(
            spec=many_results.probability_chart(
                shares,
                None,
                dict.fromkeys(model.classes, _GREY),
                dark=st.context.theme.type == "dark",
            ),
            alt="No answer. " + many_results.probability_summary(shares, None),
        )
        record = TrackRecord.of_model(likeliest, bundle)
        if record is not None:
            of = as_phantoms(OF_TRAINING) if bundle.synthetic else OF_TRAINING
            st.caption(plain(f"{record.counts} {of}"))


def _anyway_key(image: Opened) -> str:
    return f"anyway-{image.sha256[:16]}-{image.model}"


def _card_address(model: Classifier) -> str | None:
    """The card's page on this server; None where there is no browser."""
    parts = urlsplit(st.context.url or "")
    if not parts.netloc:
        return None
    path = f"{parts.path.rpartition('/')[0]}/Model_card"
    return urlunsplit((parts.scheme, parts.netloc, path, f"model={quote(model.bundle.name)}", ""))
