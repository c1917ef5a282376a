// The one view of all explorables: which of them to show stands in the model.

import { kmeansView } from "./kmeans_view.js";
import { softEm } from "./soft_em.js";

const EXPLORABLES = { kmeans: kmeansView, soft_em: softEm };

// Called once for each model. Every view gets a proxy of its own, which goes with it: the views share the model's first.
export default () => {
  const shared = {};
  return {
    initialize({ model }) { shared.model = model; },
    render: ({ model, el }) => EXPLORABLES[model.get("name")]({ model: shared.model ?? model, el, shared }),
  };
};
