//! An auditor's sample, laid out of the whole record.

use super::records::PAGE;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::fault::Fault;
use crate::render;
use views::sample::Sample;

pub(crate) async fn sample(seed: u64, count: usize, desk: &Desk) -> Result<Exit, Fault> {
    let state = desk.state();
    let mut sample = Sample::of(state, seed, count);
    let mut last = 0;
    loop {
        let page = desk.coordinator.entries(last, PAGE).await?;
        let Some(newest) = page.last() else { break };
        last = newest.seq;
        sample.take(state, &page);
    }
    desk.terminal.answer(&sample, || render::record::sample(state, &sample))?;
    Ok(Exit::Done)
}
