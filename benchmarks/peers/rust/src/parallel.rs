//! Collecting what the threads of `ignore`'s parallel walker find.

use std::sync::Mutex;

use ignore::{DirEntry, WalkBuilder, WalkState};

use crate::Result;

/// Walks with as many visitors as there are threads, and returns what all of them found.
pub fn collect<T, V>(builder: &WalkBuilder, new_visitor: impl Fn() -> V) -> Result<Vec<T>>
where
    T: Send,
    V: FnMut(DirEntry, &mut Vec<T>) -> Result<()> + Send,
{
    let total = Mutex::new(Ok(Vec::new()));
    builder.build_parallel().run(|| {
        let mut share = Share {
            found: Ok(Vec::new()),
            total: &total,
        };
        let mut visit = new_visitor();
        Box::new(move |entry| share.add(entry, &mut visit))
    });
    total.into_inner().unwrap()
}

/// What one thread has found. It joins the total when the thread ends, so that no entry needs a lock.
struct Share<'t, T> {
    found: Result<Vec<T>>,
    total: &'t Mutex<Result<Vec<T>>>,
}

impl<T> Share<'_, T> {
    fn add(
        &mut self,
        entry: std::result::Result<DirEntry, ignore::Error>,
        visit: &mut impl FnMut(DirEntry, &mut Vec<T>) -> Result<()>,
    ) -> WalkState {
        let Ok(found) = &mut self.found else {
            return WalkState::Quit;
        };
        match entry
            .map_err(Into::into)
            .and_then(|entry| visit(entry, found))
        {
            Ok(()) => WalkState::Continue,
            Err(error) => {
                self.found = Err(error);
                WalkState::Quit
            }
        }
    }
}

impl<T> Drop for Share<'_, T> {
    fn drop(&mut self) {
        let mut total = self.total.lock().unwrap();
        match (&mut *total, &mut self.found) {
            (Ok(all), Ok(found)) => all.append(found),
            (Ok(_), Err(_)) => std::mem::swap(&mut *total, &mut self.found),
            (Err(_), _) => {}
        }
    }
}
