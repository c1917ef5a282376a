// One immutable state for each model, whatever shows it: two views of one widget agree, and undo is a list of states.
//
//   createStore({ model, initial, toTraits, fromTraits, keep }) -> store
//   store.state                    the present state; never written to
//   store.update(patch, how)       how: "step", "drag" (part of a gesture), "edit", "look" (no undo: only how it is looked at)
//   store.settle()                 the gesture has ended
//   store.undo(), store.redo(), store.canUndo, store.canRedo
//   store.subscribe(callback)      callback(state, how, before); returns the function that ends it

const stores = new WeakMap();
const MOST = 500; // states that undo can go back

// The store of a model, known by what its views share: made for the first, kept for the others.
export function storeOf(shared, make) {
  if (!stores.has(shared)) stores.set(shared, make());
  return stores.get(shared);
}

// `keep(from, to)` is how the state `from` is looked at, as far as `to` has it.
export function createStore({ model, initial, toTraits, fromTraits, keep }) {
  let state = initial, past = [], future = [], inGesture = false, isSending = false, isReading = false;
  const callbacks = new Set();
  const names = Object.keys(toTraits(initial));

  function become(next, how) {
    const before = state;
    state = next;
    if (how !== "look" && how !== "outside") send();
    callbacks.forEach((callback) => callback(state, how, before));
  }

  // Every frame of a drag: Jupyter holds messages back while the kernel is busy, and delivers the last.
  function send() {
    const changed = Object.entries(toTraits(state)).filter(([name, value]) => model.get(name) !== value);
    if (!changed.length) return;
    isSending = true;
    for (const [name, value] of changed) model.set(name, value);
    isSending = false;
    model.save_changes();
  }

  // The traits of one message arrive one by one and in any order: wait for all, then read them from the model.
  function hear() {
    if (isSending || isReading) return;
    isReading = true;
    queueMicrotask(() => {
      isReading = false;
      const next = fromTraits(model, state);
      if (!next) return;
      remember();
      become(next, "outside");
    });
  }

  function remember() {
    past = [...past.slice(-MOST), state];
    future = [];
  }

  // What was looked at stays: undo brings back what was done.
  function travel(from, to, how) {
    if (!from.length) return;
    const next = from.pop(), there = { ...next, ...keep(state, next) };
    to.push(state);
    inGesture = false;
    become(there, how);
  }

  const store = {
    get state() { return state; },
    get canUndo() { return past.length > 0; },
    get canRedo() { return future.length > 0; },
    update(patch, how) {
      if (!patch) return;
      if (how !== "look" && !(how === "drag" && inGesture)) remember();
      inGesture = how === "drag";
      become({ ...state, ...patch }, how);
    },
    settle() {
      if (!inGesture) return;
      inGesture = false;
      callbacks.forEach((callback) => callback(state, "settle", state));
    },
    undo() { travel(past, future, "undo"); },
    redo() { travel(future, past, "undo"); },
    subscribe(callback) {
      if (!callbacks.size) names.forEach((name) => model.on(`change:${name}`, hear));
      callbacks.add(callback);
      return () => {
        callbacks.delete(callback);
        if (!callbacks.size) names.forEach((name) => model.off(`change:${name}`, hear));
      };
    },
  };
  return store;
}
