"""One look for components 1 to K, shared by figures and widgets."""

# Okabe and Ito (2008), in an order whose first colours keep a contrast of 3:1 on white and on black paper.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#8A8F98")
# A second sign beside the colour, for readers who do not see it and for greyscale print.
MARKERS = ("circle", "square", "triangle", "diamond", "pentagon", "plus", "cross", "star")
