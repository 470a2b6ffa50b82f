"""What McConnell et al. (2021) print and what is judged here as ours is: Table 3, fields by category."""

import numpy as np

TABLE_3 = np.array([(270, 25, 2), (9, 54, 6), (0, 4, 25)], np.float64)  # low, middle, high; actual (rows) by predicted
