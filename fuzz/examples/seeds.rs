//! Writes the seeds of targets as files, for libFuzzer to begin with: `seeds FOLDER [TARGET…]`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::{env, fs, io};

use kendt_fuzz::targets;

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let Some(folder) = arguments.next().map(PathBuf::from) else {
        eprintln!("usage: seeds FOLDER [TARGET…]");
        return ExitCode::FAILURE;
    };
    let wanted: Vec<String> = arguments.collect();
    match write(&folder, &wanted) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", folder.display());
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &std::path::Path, wanted: &[String]) -> io::Result<()> {
    for target in targets::ALL {
        if !wanted.is_empty() && !wanted.iter().any(|name| name == target.name) {
            continue;
        }
        let own = folder.join(target.name);
        fs::create_dir_all(&own)?;
        for (number, seed) in (target.seeds)().iter().enumerate() {
            fs::write(own.join(format!("seed-{number:03}")), seed)?;
        }
    }
    Ok(())
}
