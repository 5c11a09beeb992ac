//! The loaded networks: one detector, one embedding model, two models for presentation attack detection.
//!
//! One [`Networks`] serves many requests at the same time: it is `Sync`, its weights are shared, and each run takes one of a fixed
//! number of workers, waiting if all are busy. So a server's memory and load have a bound.
//!
//! **What it does not protect against.** Inputs and outputs of the networks are zeroized here; what the engine holds between its
//! layers it frees without that.

use std::num::NonZeroUsize;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use rten::{ModelOptions, NodeId, RunOptions, ThreadPool, ValueView};
use zeroize::{Zeroize, Zeroizing};

use crate::align;
use crate::models::{Card, InputForm, Model, ModelError, Task, Thresholds, shipped_attack_detectors};

/// How the networks are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How many runs there may be at the same time.
    pub workers: NonZeroUsize,
    /// Threads of each run.
    pub threads: NonZeroUsize,
    /// Whether a template is the mean of the one of the picture and the one of its mirror image. Embedding takes twice the time; on LFW
    /// that finds about 0.1 % more mated pairs at FMR 1e-3. The thresholds of the cards were measured without.
    pub mirror: bool,
}

impl Default for Options {
    /// One run at a time on one thread.
    fn default() -> Self {
        Self { workers: NonZeroUsize::MIN, threads: NonZeroUsize::MIN, mirror: false }
    }
}

/// The loaded networks.
pub struct Networks {
    pub(crate) detector: Network,
    pub(crate) embedder: Network,
    pub(crate) attack: [Network; 2],
    pub(crate) thresholds: Thresholds,
    pub(crate) dimensions: usize,
    pub(crate) mirror: bool,
    workers: Workers,
}

impl Networks {
    /// Networks of a detector and an embedding model, with the two models for attack detection of this crate.
    pub fn load(detector: &Model<'_>, embedder: &Model<'_>, options: &Options) -> Result<Self, ModelError> {
        expect_task(detector, Task::Detection)?;
        expect_task(embedder, Task::Embedding)?;
        let [v2, v1se] = shipped_attack_detectors().map(|(card, bytes)| -> Result<Network, ModelError> {
            let model = Model::verify(card, bytes)?;
            Network::load(&model, model.bytes().to_vec())
        });
        let name = || embedder.card().name().to_owned();
        let missing = |missing| ModelError::Incomplete { name: name(), missing };
        let InputForm { width, height, .. } = embedder.card().input();
        if [width, height] != [Some(align::SIDE); 2] {
            return Err(ModelError::Graph {
                name: name(),
                reason: format!(
                    "an aligned face has {0} x {0} pixels, and its card says otherwise",
                    align::SIDE
                ),
            });
        }
        let free = detector.with_free_input_size()?;
        Ok(Self {
            detector: Network::load(detector, free)?,
            embedder: Network::load(embedder, embedder.bytes().to_vec())?,
            attack: [v2?, v1se?],
            thresholds: embedder.card().thresholds().ok_or_else(|| missing("thresholds"))?,
            dimensions: embedder
                .card()
                .dimensions()
                .ok_or_else(|| missing("the dimensions of its output"))?,
            mirror: options.mirror,
            workers: Workers::new(options),
        })
    }

    /// The cards of the networks: detector, embedding model, attack detection.
    pub fn cards(&self) -> [&Card; 4] {
        [&self.detector.card, &self.embedder.card, &self.attack[0].card, &self.attack[1].card]
    }

    /// The thresholds of the embedding model.
    pub fn thresholds(&self) -> Thresholds {
        self.thresholds
    }

    /// Runs a network on an input of `[1, 3, height, width]`, and gives its outputs in the order of its graph.
    pub(crate) fn run(
        &self,
        network: &Network,
        height: usize,
        width: usize,
        input: &[f32],
    ) -> Result<Vec<Zeroizing<Vec<f32>>>, EngineError> {
        let view = ValueView::from_shape([1, 3, height, width], input).map_err(network.failed())?;
        let worker = self.workers.take();
        let options = RunOptions::default().with_thread_pool(Some(worker.pool()));
        let values = network
            .model
            .run(vec![(network.input, view.into())], &network.outputs, Some(options))
            .map_err(network.failed())?;
        drop(worker);
        values
            .into_iter()
            .map(|value| {
                let tensor = value.into_tensor::<f32>().ok_or("an output is not of floating point numbers");
                let mut data = tensor.map_err(network.failed())?.into_data();
                let kept = Zeroizing::new(data.clone());
                data.zeroize();
                Ok(kept)
            })
            .collect()
    }
}

impl std::fmt::Debug for Networks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.cards().map(|card| format!("{} {}", card.name(), card.version())))
            .finish()
    }
}

/// Why a network gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The engine failed; the graph does not fit what is asked of it.
    #[error("the model {name} could not be run: {reason}")]
    Run {
        /// The name in the card.
        name: String,
        /// What the engine says.
        reason: String,
    },
    /// Its outputs are not those of such a model.
    #[error("the outputs of the model {name} are not those of its kind")]
    Outputs {
        /// The name in the card.
        name: String,
    },
    /// Five points that span no face: they fall together or lie far outside of the picture.
    #[error("the five points do not span a face")]
    Landmarks,
    /// A box of a face that has no area, or a picture of a single row or column.
    #[error("the box of the face has no area in the picture")]
    Bounds,
}

/// One loaded network.
pub(crate) struct Network {
    pub(crate) card: Card,
    model: rten::Model,
    input: NodeId,
    outputs: Vec<NodeId>,
    names: Vec<String>,
}

impl Network {
    fn load(model: &Model<'_>, onnx: Vec<u8>) -> Result<Self, ModelError> {
        let card = model.card().clone();
        let graph = |reason: String| ModelError::Graph { name: card.name().to_owned(), reason };
        let model = ModelOptions::with_all_ops().load(onnx).map_err(|error| graph(error.to_string()))?;
        let &[input] = model.input_ids() else {
            return Err(graph("it has not exactly one input".to_owned()));
        };
        let outputs = model.output_ids().to_vec();
        let names = outputs
            .iter()
            .map(|&id| {
                model.node_info(id).and_then(|info| info.name().map(str::to_owned)).unwrap_or_default()
            })
            .collect();
        Ok(Self { card, model, input, outputs, names })
    }

    /// The place of the output of this name.
    pub(crate) fn output(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|other| other == name)
    }

    pub(crate) fn form(&self) -> InputForm {
        self.card.input()
    }

    pub(crate) fn outputs_differ(&self) -> EngineError {
        EngineError::Outputs { name: self.card.name().to_owned() }
    }

    fn failed<E: std::fmt::Display>(&self) -> impl Fn(E) -> EngineError + '_ {
        |error| EngineError::Run { name: self.card.name().to_owned(), reason: error.to_string() }
    }
}

fn expect_task(model: &Model<'_>, expected: Task) -> Result<(), ModelError> {
    let found = model.card().task();
    if found == expected {
        return Ok(());
    }
    Err(ModelError::Task { name: model.card().name().to_owned(), expected, found })
}

/// A fixed number of thread pools, each for one run at a time.
struct Workers {
    idle: Mutex<Vec<Arc<ThreadPool>>>,
    returned: Condvar,
}

impl Workers {
    fn new(options: &Options) -> Self {
        let pool = || Arc::new(ThreadPool::with_num_threads(options.threads.get()));
        Self {
            idle: Mutex::new(std::iter::repeat_with(pool).take(options.workers.get()).collect()),
            returned: Condvar::new(),
        }
    }

    fn take(&self) -> Worker<'_> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let mut idle =
            self.returned.wait_while(idle, |idle| idle.is_empty()).unwrap_or_else(PoisonError::into_inner);
        Worker { workers: self, pool: idle.pop() }
    }
}

/// A worker in use; it goes back when this is dropped.
struct Worker<'a> {
    workers: &'a Workers,
    pool: Option<Arc<ThreadPool>>,
}

impl Worker<'_> {
    fn pool(&self) -> Arc<ThreadPool> {
        self.pool.clone().unwrap_or_else(|| Arc::new(ThreadPool::with_num_threads(1)))
    }
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        if let Some(pool) = self.pool.take() {
            self.workers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(pool);
            self.workers.returned.notify_one();
        }
    }
}

#[cfg(test)]
mod tests;
