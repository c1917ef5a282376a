import json
from itertools import islice

import numpy as np
import pytest
from cases import awkward_case

from gmm_lab import MixtureParams, e_step
from gmm_lab.trace import HalfStep, em_half_steps, first_difference, from_json, to_json


def good():
    x, start = awkward_case()
    return {"kind": "E", "step": 1, "params": start, "resp": e_step(x, start)[0]} | {
        "log_likelihood": -5.0,
        "elbo": -6.0,
        "kl": 1.0,
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "banana"}, "kind must be one of start, E, M, got 'banana'"),
        ({"kind": []}, r"kind must be one of start, E, M, got \[\]"),
        ({"step": -7}, "step must be a whole number of at least 1, got -7"),
        ({"step": 0}, "step must be a whole number of at least 1, got 0"),
        ({"step": 1.0}, "step must be a whole number"),
        ({"params": None}, "params must be a MixtureParams"),
        ({"resp": np.full((300, 2), 0.5)}, "resp has K = 2 columns, but params has K = 3 components"),
        ({"resp": [[0.5, 0.6, 0.1]]}, r"resp\[0\] sums to 1.2"),
        ({"log_likelihood": np.nan}, "log_likelihood must be a number of nats, got nan"),
        ({"log_likelihood": -np.inf}, "log_likelihood must be a number of nats, got -inf"),
        ({"elbo": np.inf}, "elbo must be a number of nats, got inf"),
        ({"kl": np.nan}, "kl must be a number of nats, got nan"),
        ({"kl": "1"}, "kl must be a number of nats, got '1'"),
        ({"kl": 10**400}, "kl must be a number of nats, got a whole number of about 401 digits"),
    ],
)
def test_what_cannot_be_is_refused_by_name(change, message):
    with pytest.raises(ValueError, match=message):
        HalfStep(**(good() | change))


def test_json_brings_every_number_back():
    x, start = awkward_case()
    trace = list(islice(em_half_steps(x, start), 5))
    text = to_json(trace)
    back = from_json(text)
    assert first_difference(trace, back, rtol=0) is None
    for half, other in zip(trace, back, strict=True):
        assert (half.kind, half.step, half.elbo, half.kl) == (other.kind, other.step, other.elbo, other.kl)
    assert json.loads(text)["schema"] == "gmm_lab.trace/1"
    assert to_json(back) == text
    assert to_json(from_json(to_json(trace[3:]))) == to_json(trace[3:])
    assert from_json(to_json([])) == []


def test_json_keeps_infinities():
    empty = MixtureParams([1.0, 0.0], [[0.0], [1.0]], [[[1.0]], [[1.0]]])
    (half, *_) = from_json(to_json(islice(em_half_steps([[0.5]], empty), 1)))
    assert (half.elbo, half.kl) == (-np.inf, np.inf)


def document(**changes):
    """The text of a trace of two half-steps, the second of which is changed."""
    x, start = awkward_case()
    parsed = json.loads(to_json(islice(em_half_steps(x[:2], start), 2)))
    parsed["half_steps"][1] |= changes
    return json.dumps(parsed)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "Expecting property name"),
        ("[]", r"its schema is \[\]"),
        ('{"schema": "other", "half_steps": []}', "its schema is 'other'"),
        ('{"schema": "gmm_lab.trace/1"}', "its half_steps are None, no list"),
        ('{"schema": "gmm_lab.trace/1", "half_steps": ""}', "its half_steps are '', no list"),
        ('{"schema": "gmm_lab.trace/1", "half_steps": {}}', "its half_steps are {}, no list"),
        ('{"schema": "gmm_lab.trace/1", "half_steps": [3]}', r"half_steps\[0\]: it is 3, no object"),
        ('{"schema": "gmm_lab.trace/1", "half_steps": [{"kind": "E"}]}', r"half_steps\[0\]: it lacks covariances,"),
        (None, "JSON object must be str"),
        (3, "JSON object must be str"),
        (b"\xff\xfe\xfd", "decode"),
        ("[" * 100_000, "it is nested too deeply"),
        ("1" * 5000, "digits"),
        (document(kl=float("nan")), "it holds NaN, which JSON does not know"),
        (document(kl=float("inf")), "it holds Infinity, which JSON does not know"),
        (document(kl="nan"), r"half_steps\[1\]: kl must be a number of nats, got 'nan'"),
        (document(kl=True), r"half_steps\[1\]: kl must be a number of nats, got True"),
        (document(kl=[]), r"half_steps\[1\]: kl must be a number of nats"),
        (document(kl=10**400), r"half_steps\[1\]: kl must be a number of nats, got a whole number of about 401 digits"),
        (document(elbo="inf"), r"half_steps\[1\]: elbo must be a number of nats"),
        (document(kind="banana"), r"half_steps\[1\]: kind must be one of start, E, M, got 'banana'"),
        (document(kind=None), r"half_steps\[1\]: kind must be"),
        (document(step=-7), r"half_steps\[1\]: step must be a whole number of at least 1, got -7"),
        (document(step=10**400), r"half_steps\[1\]: step must be a whole number below"),
        (document(resp=[[0.5, 0.5]] * 2), r"half_steps\[1\]: resp has K = 2 columns, but params has K = 3"),
        (document(resp=[[1, 0, 0]]), r"half_steps\[1\]: resp has shape \(1, 3\), but \(2, 3\) in half_steps\[0\]"),
        (document(resp=[[1, 0, 0], [1, 0]]), r"half_steps\[1\]: resp is ragged: resp\[1\] has length 2"),
        (document(means=[[0.0, 10**400]] * 3), r"half_steps\[1\]: means\[0, 1\] is .* too large for float64"),
        (document(means={}), r"half_steps\[1\]: means is {}"),
        (document(weights=[1], means=[[0]], covariances=[[[1]]], resp=[[1]] * 2), r"resp has shape \(2, 1\), but"),
    ],
)  # fmt: skip
def test_damaged_texts_are_refused_with_the_place(text, message):
    with pytest.raises(ValueError, match=r"text is no gmm_lab.trace/1 document: .*" + message) as caught:
        from_json(text)
    assert "Make one with to_json." in str(caught.value)
