//! Requests that wait, the timer, and what happens when tasks and runtimes end.

use std::sync::atomic::Ordering;

use super::*;

#[tokio::test]
async fn nothing_is_fetched_before_the_first_use_and_the_first_request_waits_for_it() {
    let (issuer, clock) = (Issuer::new(), ManualClock::new());
    issuer.publishes(&[("a", A)]);
    let keys = remote(&issuer, &clock);
    tokio::task::yield_now().await;
    assert_eq!((issuer.requests(), names(&keys)), (0, None));
    keys.fetch().await;
    assert_eq!((issuer.requests(), names(&keys).unwrap()), (1, vec!["a".to_owned()]));
}

#[tokio::test]
async fn a_hundred_requests_share_one_fetch_and_its_result() {
    let (issuer, clock) = (Issuer::new(), ManualClock::new());
    issuer.publishes(&[("a", A)]);
    let keys = remote(&issuer, &clock);
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let keys = Arc::clone(&keys);
        requests.spawn(async move {
            keys.fetch().await;
            names(&keys)
        });
    }
    for found in requests.join_all().await {
        assert_eq!(found.unwrap(), ["a"]);
    }
    assert_eq!(issuer.requests(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_request_waits_in_vain_on_any_number_of_threads() {
    let rounds = async {
        for round in 0..100 {
            let (issuer, clock) = (Issuer::new(), ManualClock::new());
            issuer.publishes(&[("a", A)]);
            let keys = remote(&issuer, &clock);
            for _ in 0..4 {
                let mut requests = tokio::task::JoinSet::new();
                for number in 0..16 {
                    let keys = Arc::clone(&keys);
                    requests.spawn(async move {
                        match number % 5 {
                            0 => keys.refresh().await.unwrap(),
                            1 => keys.ready().await.unwrap(),
                            _ => keys.fetch().await,
                        }
                        names(&keys)
                    });
                }
                for found in requests.join_all().await {
                    assert_eq!(found.unwrap(), ["a"], "round {round}");
                }
                // Beyond every cooldown, without a running fetch; at the end the timer is due too.
                clock.advance(secs(200));
            }
        }
    };
    tokio::time::timeout(secs(60), rounds).await.expect("a task waits for a fetch that has ended");
}

#[tokio::test]
async fn a_request_that_is_given_up_does_not_give_up_the_fetch() {
    let (issuer, clock) = (Issuer::new(), ManualClock::new());
    issuer.publishes(&[("a", A)]);
    let keys = remote(&issuer, &clock);
    {
        let mut request = Box::pin(keys.fetch());
        let polled = futures_poll(request.as_mut());
        assert!(polled.is_pending());
    }
    until("the fetch ends by itself", || names(&keys).is_some()).await;
    assert_eq!(issuer.requests(), 1);
}

#[tokio::test]
async fn an_unknown_key_waits_a_second_and_known_keys_wait_for_nothing() {
    let (issuer, clock) = (Issuer::new(), ManualClock::new());
    issuer.publishes(&[("a", A)]);
    let keys = remote(&issuer, &clock);
    keys.ready().await.unwrap();
    issuer.answers(URL, Answer::Hangs);
    let mut request = Box::pin(keys.fetch());
    assert!(futures_poll(request.as_mut()).is_pending());
    until("the issuer is asked", || issuer.requests() == 2).await;
    clock.advance(Duration::from_millis(999));
    assert!(futures_poll(request.as_mut()).is_pending());
    assert_eq!(names(&keys).unwrap(), ["a"], "at once, with a fetch under way");
    clock.advance(Duration::from_millis(1));
    assert!(futures_poll(request.as_mut()).is_ready());
    // The fetch itself has five seconds.
    assert_eq!(keys.status().failures(), 0);
    clock.advance(secs(4));
    until("the fetch is given up", || keys.status().failures() == 1).await;
    assert!(keys.status().last_error().unwrap().contains("5000 ms"));
    assert_eq!(names(&keys).unwrap(), ["a"]);
}

#[tokio::test]
async fn without_any_keys_a_request_waits_as_long_as_the_fetch_may_take() {
    let (issuer, clock) = (Issuer::new(), ManualClock::new());
    issuer.answers(URL, Answer::Hangs);
    let keys = remote(&issuer, &clock);
    let mut request = Box::pin(keys.fetch());
    assert!(futures_poll(request.as_mut()).is_pending());
    until("the issuer is asked", || issuer.requests() == 1).await;
    clock.advance(Duration::from_millis(4999));
    assert!(futures_poll(request.as_mut()).is_pending());
    clock.advance(Duration::from_millis(1));
    assert!(futures_poll(request.as_mut()).is_ready());
    assert_eq!(names(&keys), None);
    // The cooldown applies although there are no keys: the next request is answered at once.
    until("the fetch is given up", || keys.status().failures() == 1).await;
    keys.fetch().await;
    assert_eq!(issuer.requests(), 1);
}

#[tokio::test]
async fn ten_thousand_tokens_cause_one_fetch_a_cooldown_and_known_keys_are_there() {
    let (issuer, clock) = (Issuer::new(), ManualClock::new());
    issuer.publishes(&[("a", A)]);
    let keys = remote(&issuer, &clock);
    keys.ready().await.unwrap();
    for _ in 0..10_000 {
        keys.fetch().await;
        assert!(names(&keys).is_some());
        clock.advance(Duration::from_millis(1));
    }
    assert_eq!(issuer.requests(), 2, "the start, and one for ten seconds of strangers");
    clock.advance(secs(20));
    keys.fetch().await;
    assert_eq!(issuer.requests(), 3);
}

#[tokio::test]
async fn a_key_that_was_not_found_is_looked_for_again_after_one_cooldown() {
    let (issuer, clock) = (Issuer::new(), ManualClock::new());
    issuer.publishes(&[("a", A)]);
    let keys = remote(&issuer, &clock);
    keys.fetch().await;
    assert_eq!(issuer.requests(), 1);
    clock.advance(secs(29));
    keys.fetch().await;
    assert_eq!(issuer.requests(), 1, "the cooldown");
    clock.advance(secs(1));
    keys.fetch().await;
    assert_eq!(issuer.requests(), 2);
    clock.advance(secs(30));
    // So it is after a failed fetch.
    issuer.answers(URL, Answer::IsDown);
    keys.fetch().await;
    clock.advance(secs(31));
    until("the timer had its turns", || keys.status().failures() > 1).await;
    let before = issuer.requests();
    keys.fetch().await;
    assert_eq!(issuer.requests(), before + 1);
}

#[tokio::test]
async fn the_timer_fetches_before_the_keys_are_old_and_survives_an_outage() {
    let (issuer, clock) = (Issuer::new(), ManualClock::new());
    issuer.publishes(&[("a", A)]);
    let keys = remote(&issuer, &clock);
    keys.ready().await.unwrap();
    clock.advance(secs(419));
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(issuer.requests(), 1, "not before 70 %");
    issuer.publishes(&[("b", B)]);
    clock.advance(secs(121));
    until("the timer fetches", || issuer.requests() == 2).await;
    until("the keys are new", || names(&keys).unwrap() == ["b"]).await;
    issuer.answers(URL, Answer::IsDown);
    for minute in 0..58 {
        clock.advance(secs(60));
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        assert_eq!(names(&keys).unwrap(), ["b"], "minute {minute}");
    }
    clock.advance(secs(200));
    assert_eq!(names(&keys), None, "past the hard limit");
    assert!(!keys.status().is_usable());
    until("the timer goes on", || keys.status().failures() > 10).await;
    issuer.publishes(&[("c", C)]);
    clock.advance(secs(73));
    until("the timer recovers by itself", || names(&keys).is_some()).await;
    assert_eq!(keys.status().last_error(), None);
}

#[tokio::test]
async fn the_timer_ends_with_the_keys() {
    let (issuer, clock) = (Issuer::new(), ManualClock::new());
    issuer.publishes(&[("a", A)]);
    let keys = remote(&issuer, &clock);
    keys.ready().await.unwrap();
    let gone = Arc::downgrade(&keys);
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    until("only the timer is left", || tasks() == 1).await;
    drop(keys);
    assert!(gone.upgrade().is_none(), "the timer does not keep the keys");
    until("the timer is gone", || tasks() == 0).await;
}

#[tokio::test]
async fn known_keys_are_read_while_a_task_holds_the_lock() {
    let (issuer, clock) = (Issuer::new(), ManualClock::new());
    issuer.publishes(&[("a", A)]);
    let keys = remote(&issuer, &clock);
    keys.ready().await.unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    let reader = Arc::clone(&keys);
    let state = keys.holder.state();
    std::thread::spawn(move || sender.send(names(&reader)));
    assert_eq!(receiver.recv_timeout(secs(10)).unwrap().unwrap(), ["a"]);
    drop(state);
}

#[tokio::test]
async fn a_fetcher_that_panics_is_a_failed_fetch() {
    let (issuer, clock) = (Issuer::new(), ManualClock::new());
    issuer.answers(URL, Answer::Panics);
    let keys = remote(&issuer, &clock);
    keys.fetch().await;
    assert!(keys.status().last_error().unwrap().contains("broken off"));
    issuer.publishes(&[("a", A)]);
    clock.advance(secs(2));
    until("the timer tries again", || names(&keys).is_some()).await;
}

#[test]
fn keys_outlive_the_runtime_that_fetched_them_and_their_timer_starts_anew() {
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (issuer, clock) = (Issuer::new(), ManualClock::new());
    issuer.publishes(&[("a", A)]);
    let keys = remote(&issuer, &clock);
    let first = runtime();
    first.block_on(async { keys.ready().await }).unwrap();
    assert!(keys.has_timer.load(Ordering::SeqCst));
    drop(first);
    assert!(!keys.has_timer.load(Ordering::SeqCst));
    assert_eq!(names(&keys).unwrap(), ["a"], "also outside a runtime");
    runtime().block_on(async {
        assert!(names(&keys).is_some());
        assert!(keys.has_timer.load(Ordering::SeqCst));
        issuer.publishes(&[("b", B)]);
        clock.advance(secs(540));
        until("the new timer fetches", || names(&keys).unwrap() == ["b"]).await;
    });
}

#[test]
fn a_runtime_without_timers_takes_no_request_down() {
    let issuer = Issuer::new();
    issuer.publishes(&[("a", A)]);
    let (clock, fetcher) = (Arc::new(crate::clock::SystemClock), Arc::clone(&issuer) as Arc<dyn FetchKeys>);
    let endpoint = Endpoint::jwks(URL, &PlainHttp::default()).unwrap();
    let keys =
        RemoteKeys::new(String::new(), endpoint, Vec::new(), &RemoteKeySettings::new(), clock, fetcher);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        keys.fetch().await;
        until("the fetch has failed", || keys.status().failures() == 1).await;
    });
    assert!(keys.status().last_error().unwrap().contains("panic"));
}

#[test]
fn a_fetch_that_ends_with_its_runtime_lets_the_next_one_begin() {
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (issuer, clock) = (Issuer::new(), ManualClock::new());
    issuer.answers(URL, Answer::Hangs);
    let keys = remote(&issuer, &clock);
    let first = runtime();
    first.block_on(async {
        assert!(futures_poll(Box::pin(keys.fetch()).as_mut()).is_pending());
        until("the issuer is asked", || issuer.requests() == 1).await;
    });
    drop(first);
    assert!(keys.status().last_error().unwrap().contains("broken off"));
    issuer.publishes(&[("a", A)]);
    runtime().block_on(async { keys.ready().await }).unwrap();
    assert_eq!(names(&keys).unwrap(), ["a"]);
}

#[tokio::test]
async fn a_refresh_by_hand_has_a_cooldown_and_tells_what_became_of_the_last_one() {
    let (issuer, clock) = (Issuer::new(), ManualClock::new());
    issuer.answers(URL, Answer::IsDown);
    let keys = remote(&issuer, &clock);
    assert!(keys.refresh().await.is_err());
    issuer.publishes(&[("a", A)]);
    assert!(keys.refresh().await.is_err());
    assert_eq!(issuer.requests(), 1);
    clock.advance(secs(5));
    keys.refresh().await.unwrap();
    keys.refresh().await.unwrap();
    keys.ready().await.unwrap();
    assert!(names(&keys).is_some());
}
