"""The cases of the clinic: what is said of each run of `broken`, and to whoever misses its cause."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..._typing import Array
from . import broken

CAUSES: Mapping[str, str] = {
    "bug": "A formula of the program is wrong: its steps are not steps of EM.",
    "floor": "A small number is added to the covariances in each M-step.",
    "collapse": "A component has shrunk onto too few points, where the likelihood is unbounded.",
    "tolerance": "The run was stopped while it still had far to go.",
    "switching": "Components were matched by their number, which means nothing from one run to another.",
    "scale": "The features have unlike scales, and one of them decides nearly alone.",
    "sampler": "The points are no sample of the mixture that they are said to come from.",
    "underflow": "Densities too small for the computer were rounded to zero.",
    "components": "The mixture has more components than the data call for.",
    "threshold": "A threshold is compared with numbers in another unit than its own.",
    "saddle": "The run rests on a saddle, with components on the same place.",
    "local": "The run rests at a local maximum, and other starts end higher.",
    "correlation": "The model has no room for a correlation that the data have.",
}


@dataclass(frozen=True)
class Case:
    """A broken fit, and all that the judge needs to know.

    Attributes
    ----------
    cause : str
        The right key of `CAUSES`.
    make : callable () -> Record
        Runs the broken program.
    prove : callable (record) -> array
        The evidence, read off the record.
    symptom, question : str
        As the reader sees them.
    pointer : str
        Where to look, for whoever named a cause far off.
    near : mapping of str to str
        A hint for each cause that is nearly right.
    advice : str
        For whoever computed other numbers than those asked for.
    section : str
        Where the book treats it.
    room : float
        How far the evidence may be off where it should be zero, for rounding.
    """

    cause: str
    make: Callable[[], broken.Record]
    prove: Callable[[Mapping], Array]
    symptom: str
    question: str
    pointer: str
    near: Mapping[str, str]
    advice: str
    section: str
    room: float = 0.0


CASES: Mapping[str, Case] = {
    "dip": Case(
        "bug",
        broken.dip,
        broken.first_fall,
        "The run starts from the parameters of an earlier study. Its log-likelihood rises in the first step and falls "
        "in all the others. EM is not supposed to do that.",
        "The first step that lowers the log-likelihood (its entry t stands after t steps), and by how many nats, as a "
        "positive number: [step, nats].",
        "Take the first step by yourself, and compare it with the recorded one.",
        {
            "floor": "That would change the covariances and nothing else. Compare the weights and the means, too.",
            "underflow": "Is any log-density of this record below -745?",
            "tolerance": "A run that was stopped early has climbed too little, but it has climbed.",
        },
        "np.diff gives the gains; its entry 0 is the gain of step 1.",
        "7.1",
    ),
    "sag": Case(
        "floor",
        broken.sag,
        broken.excess_covariance,
        "After a rise in the first two steps the log-likelihood goes down, slowly, and does not stop. The author has "
        "checked the responsibilities, the weights and the means of every step: they are right.",
        "Take the first step of EM by yourself, from params[0]. The covariance of component 0 in params[1], less "
        "yours: a 2 by 2 matrix.",
        "Take the first step by yourself, and see which parts of the recorded one are those of EM.",
        {
            "bug": "Compare for each of the three components. A slip in a formula would depend on the data.",
            "collapse": "No variance becomes small here. What keeps them from it?",
            "saddle": "At rest nothing moves, least of all downhill.",
        },
        "Responsibilities at params[0], and the M-step from them. Recorded minus yours, and not the other way round.",
        "7.7",
        room=1e-9,
    ),
    "record": Case(
        "collapse",
        broken.record,
        broken.least_variance,
        "No other run on these points has come within ten nats of this one. After the first step it rises faster each "
        "time, and the author would like to publish it.",
        "The component of the last mixture with the smallest variance in any direction (the smallest eigenvalue of "
        "its covariance), and that variance: [component, variance].",
        "Look at the last mixture, component by component: how many points has each, and how wide is it?",
        {
            "components": "From another start as many components end well. What became of one of them here?",
            "underflow": "Something is very small here, but no density is: look at the widths.",
            "bug": "Every recorded step is a step of EM to the last digit. Where does it lead?",
        },
        "Components count from 0. Variances are in data units squared: no root.",
        "8.1",
    ),
    "ready": Case(
        "tolerance",
        broken.ready,
        broken.gain_to_come,
        "Two runs on the same points report that they have converged. Their left means differ by nearly half a unit, "
        "and the author believes in two maxima.",
        "How many nats EM still gains when it goes on from the mixture `first`, until it rests: a single number.",
        "Let both runs go on from where they ended.",
        {
            "local": "Let each run go on from where it ended. Do they end at different places?",
            "saddle": "Near a saddle gains are tiny before they grow. How large was the last gain here?",
            "switching": "The left mean was compared with the left mean, whatever their numbers.",
        },
        "In nats, summed over the points, above the last entry of first_log_likelihoods. Does your run rest?",
        "7.4",
    ),
    "average": Case(
        "switching",
        broken.average,
        broken.nearest_of_second,
        "Two runs from different starts reached the same log-likelihood. To be on the safe side the author takes the "
        "mean of their weights, of their means and of their covariances. It is far worse than either.",
        "For each component of `first`, the component of `second` with the nearest mean: three indices from 0.",
        "Draw the three mixtures on top of one another.",
        {
            "local": "Both reached the same height. Are they two maxima, or one and the same?",
            "bug": "Each of the two is a fit to be trusted. Only the third is not: how was it made?",
            "components": "Three clusters, three components: each of the two runs has its count right.",
        },
        "One index of `second` for each component of `first`, and not the other way round.",
        "2.2",
    ),
    "stripes": Case(
        "scale",
        broken.stripes,
        broken.largest_share,
        "K-means with two clusters does not find the two species, though length and width of the leaves tell them "
        "apart. Each cluster holds as many of the one as of the other, and every seeding ends in these two.",
        "Split the inertia, the sum of squared distances to the centres, by the columns of x: the column with the "
        "largest part, counted from 0, and its share of the whole: [column, share].",
        "Ask of each column what it contributes to a distance.",
        {
            "local": "Every seeding ends in the same two clusters. What would a better start change?",
            "correlation": "Within a species the columns are hardly correlated. What else does a distance overlook?",
            "threshold": "No threshold is in play. But which numbers are added up here, and in which units?",
        },
        "Subtract from each point the centre of its own cluster, square, and add up by column.",
        "9.6",
    ),
    "shares": Case(
        "sampler",
        broken.shares,
        broken.pearson,
        "To test EM, the author draws points from a known mixture and starts at the very parameters that made them. "
        "The means and variances come back, the weights do not.",
        "Pearson's statistic of the labels z against the weights: (N_k - N weights[k])**2 / (N weights[k]), where N_k "
        "counts the labels k, summed over the components: a single number.",
        "What is recorded besides the fit? Look at everything that came before it.",
        {
            "bug": "Fit the same points with the book's own EM. Does it find other weights?",
            "switching": "No order of the components turns the one set of weights into the other.",
            "local": "Other starts end at the same weights. Are they wrong for these points?",
        },
        "Divide by the expected count, not by the observed one; N is the number of points.",
        "1.1",
    ),
    "missing": Case(
        "underflow",
        broken.missing,
        broken.lost,
        "A program reports two neat clusters. But its responsibilities add up to fewer points than there are, and by "
        "the book's own reckoning the log-likelihood of its mixture is terribly low.",
        "The number of points whose responsibilities do not sum to 1, and the lowest log-density of a point under the "
        "last of params: [points, nats].",
        "Which points do not get their due? Work out for one of them what the program should have got.",
        {
            "bug": "For all other points it is Bayes' rule to the last digit. What is different about these?",
            "local": "Wherever a run ends, by Bayes' rule the responsibilities of each point sum to 1.",
            "collapse": "Both components are as wide as their clusters. Look at the points, not at the components.",
        },
        "Sum each row of resp. For the log-density add up in the log domain, or it is minus infinity.",
        "5.1",
    ),
    "newcomers": Case(
        "components",
        broken.newcomers,
        broken.best_by_bic,
        "Five mixtures were fitted, and the one with the highest log-likelihood was chosen. But new points from the "
        "same source find it less likely than another of the five.",
        "The number of components with the lowest BIC (full covariances), and how far it lies below the BIC of the "
        "chosen mixture: [K, difference].",
        "Compare all five, on the points and on the new points, in nats per point.",
        {
            "collapse": "A collapsed component has next to no width. Is there one in the chosen mixture?",
            "local": "Other starts may raise its log-likelihood even more. Would that help the new points?",
            "tolerance": "More steps would raise the log-likelihood of x a little. Would that help the new points?",
        },
        "BIC is -2 log-likelihood + p log N. N counts the points of the fit; section 8.3 counts p.",
        "8.3",
    ),
    "alarm": Case(
        "threshold",
        broken.alarm,
        broken.moved_threshold,
        "A mixture watches over a geyser. Since a new recorder was installed every record raises an alarm, although "
        "the mixture was fitted anew to its records, and the geyser does what it always did.",
        "The log-density, in nats, at or below which 5 % of the new records lie (the quantile that `log_threshold` "
        "takes) under the new mixture: a single number.",
        "Follow one eruption from the old recorder to the new one. What changes, and what does not?",
        {
            "scale": "A full covariance takes any scale in its stride. Is there a number here that does not?",
            "underflow": "How low is the lowest log-density of the new records? Underflow begins near -745.",
            "bug": "Each mixture describes its own records equally well. What else decides about an alarm?",
        },
        "New records go with the mixture `refitted`. And is it the log-density, or the density?",
        "10.2",
    ),
}
