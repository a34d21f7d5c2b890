//! The database of this example.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Order {
    pub(crate) id: u32,
    pub(crate) customer: String,
    pub(crate) shop: String,
    pub(crate) item: String,
}

#[derive(Clone)]
pub(crate) struct Orders(Arc<Mutex<Vec<Order>>>);

impl Orders {
    /// Three orders in two shops.
    pub(crate) fn sample() -> Self {
        let order = |id, customer: &str, shop: &str, item: &str| Order {
            id,
            customer: customer.to_owned(),
            shop: shop.to_owned(),
            item: item.to_owned(),
        };
        let orders = vec![
            order(1, "ada", "acme", "tea"),
            order(2, "bob", "acme", "coffee"),
            order(3, "bob", "globex", "tea"),
        ];
        Self(Arc::new(Mutex::new(orders)))
    }

    pub(crate) fn of(&self, is_asked: impl Fn(&Order) -> bool) -> Vec<Order> {
        self.lock().iter().filter(|order| is_asked(order)).cloned().collect()
    }

    pub(crate) fn get(&self, id: u32) -> Option<Order> {
        self.lock().iter().find(|order| order.id == id).cloned()
    }

    /// Removes an order.
    pub(crate) fn cancel(&self, id: u32) -> Option<Order> {
        self.remove(|order| order.id == id)
    }

    /// Removes an order of this shop.
    pub(crate) fn refund(&self, id: u32, shop: &str) -> Option<Order> {
        self.remove(|order| order.id == id && order.shop == shop)
    }

    fn remove(&self, is_meant: impl Fn(&Order) -> bool) -> Option<Order> {
        let mut orders = self.lock();
        let at = orders.iter().position(is_meant)?;
        Some(orders.remove(at))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Order>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
