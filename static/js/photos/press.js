// Hands pictures to the shrinking worker, one at a time; does it on the page where the worker cannot.
let worker = null
let queue = Promise.resolve()

export function press(file) {
  const turn = queue.then(() => inWorker(file).catch(() => onPage(file)))
  queue = turn.catch(() => {})
  return turn
}

async function onPage(file) {
  const { shrink } = await import("./shrink.js")
  return shrink(file)
}

function inWorker(file) {
  worker ??= new Worker(new URL("../workers/shrink.js", import.meta.url), { type: "module" })
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data))
    worker.onerror = () => { worker.terminate(); worker = null; reject(new Error("no_worker")) }
    worker.postMessage(file)
  })
}
