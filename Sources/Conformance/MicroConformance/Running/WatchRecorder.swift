// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import MicroCore
import Synchronization

/// Keeps every state that a watch has given.
public final class WatchRecorder: Sendable {
    private struct Content {
        var states: [RegistryState] = []
        var hasEnded = false
    }

    /// Apart from the recorder, so that the task that fills it does not keep the recorder alive.
    private final class Storage: Sendable {
        let content = Mutex(Content())
    }

    private let storage = Storage()
    private let watch: RegistryWatch
    private let task: Task<Void, Never>

    init(_ watch: RegistryWatch) {
        self.watch = watch
        task = Task { [storage] in
            for await state in watch { storage.content.withLock { $0.states.append(state) } }
            storage.content.withLock { $0.hasEnded = true }
        }
    }

    deinit { watch.cancel() }

    /// All states so far.
    public var states: [RegistryState] { storage.content.withLock(\.states) }

    /// The newest state; nil before the first.
    public var last: RegistryState? { storage.content.withLock { $0.states.last } }

    /// Whether the watch has ended.
    public var hasEnded: Bool { storage.content.withLock(\.hasEnded) }

    /// Cancels the watch.
    public func cancel() { watch.cancel() }

    /// Cancels the watch and waits for its end.
    func stop() async {
        watch.cancel()
        await task.value
    }
}
