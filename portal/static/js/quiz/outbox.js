// Keeps every answer on this device until the server has it, and after, until the paper is handed in.
// One slot a question, so that the newest wins. Without IndexedDB it lives as long as the page.

const STORE = "answers";

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("stipple-papers", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: ["attempt", "item"] });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export class Outbox {
  constructor(attempt) {
    this.attempt = attempt;
    this.slots = new Map();
    this.database = null;
  }

  // Every answer of this paper that this device remembers: {item, epoch, seq, fields, flagged, sent}.
  async load() {
    try {
      this.database = await open();
      const range = IDBKeyRange.bound([this.attempt, 0], [this.attempt, Number.MAX_SAFE_INTEGER]);
      const rows = await done(this.database.transaction(STORE).objectStore(STORE).getAll(range));
      rows.forEach((row) => this.slots.set(row.item, row));
    } catch {
      this.database = null;
    }
    return [...this.slots.values()];
  }

  get lasting() {
    return this.database !== null;
  }

  unsent() {
    return [...this.slots.values()].filter((slot) => !slot.sent);
  }

  all() {
    return [...this.slots.values()];
  }

  // Written to the device first; only then may it be sent.
  async put(slot) {
    const row = { ...slot, attempt: this.attempt };
    this.slots.set(row.item, row);
    await this.#write((store) => store.put(row));
  }

  // The server answered for this very (epoch, seq): a newer edit made meanwhile stays unsent. `kept`: it counts there.
  async settle(item, epoch, seq, kept) {
    const slot = this.slots.get(item);
    if (!slot || slot.seq !== seq || slot.epoch !== epoch) return;
    await this.put({ ...slot, sent: true, kept });
  }

  // Kept aside by the server, which will offer it back: if this device sent it once more with the hand-in, it would
  // count although nobody asked for it.
  async leave(item, epoch, seq) {
    const slot = this.slots.get(item);
    if (slot && slot.seq === seq && slot.epoch === epoch) await this.forget(item);
  }

  async forget(item) {
    this.slots.delete(item);
    await this.#write((store) => store.delete([this.attempt, item]));
  }

  async clear() {
    await Promise.all([...this.slots.keys()].map((item) => this.forget(item)));
  }

  async #write(act) {
    if (!this.database) return;
    try {
      const transaction = this.database.transaction(STORE, "readwrite");
      act(transaction.objectStore(STORE));
      await new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
      });
    } catch {
      this.database = null; // full or forbidden: what is typed still lives in this page
    }
  }
}
