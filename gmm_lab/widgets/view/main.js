// The one view of all explorables: which of them to show stands in the model.

import { softEm } from "./soft_em.js";

const EXPLORABLES = { soft_em: softEm };

const render = ({ model, el }) => EXPLORABLES[model.get("name")]({ model, el });

export default { render };
