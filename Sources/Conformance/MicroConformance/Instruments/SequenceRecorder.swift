// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Records every element of a sequence in a separate task.
package final class SequenceRecorder<Source: AsyncSequence & Sendable>: Sendable
where Source.Element: Sendable, Source.Failure == Never {
    private struct State {
        var elements: [Source.Element] = []
        var hasEnded = false
    }

    /// Separate from the recorder, so that the recording task does not retain the recorder.
    private final class Storage: Sendable {
        let state = Mutex(State())
    }

    private let storage = Storage()
    private let cancelSource: @Sendable () -> Void
    private let task: Task<Void, Never>

    /// The recorded sequence.
    package let source: Source

    /// Starts to record.
    ///
    /// - Parameters:
    ///   - source: The sequence.
    ///   - cancelSource: Ends the sequence. Called when recording stops or the recorder is released.
    ///   - handle: Called for each element after it was recorded, before the next one is requested.
    init(
        _ source: Source, cancelSource: @escaping @Sendable () -> Void = {},
        handle: @escaping @Sendable (Source.Element) async -> Void = { _ in }
    ) {
        self.source = source
        self.cancelSource = cancelSource
        task = Task { [storage] in
            for await element in source {
                storage.state.withLock { $0.elements.append(element) }
                await handle(element)
                // A source with many elements in its buffer does not suspend, and would delay all other tasks.
                await Task.yield()
            }
            storage.state.withLock { $0.hasEnded = true }
        }
    }

    deinit {
        cancelSource()
        task.cancel()
    }

    /// The elements so far.
    var elements: [Source.Element] { storage.state.withLock(\.elements) }

    /// The number of elements so far.
    package var count: Int { storage.state.withLock(\.elements.count) }

    /// The latest element; nil before the first one.
    package var last: Source.Element? { storage.state.withLock(\.elements.last) }

    /// Whether the sequence has ended.
    package var hasEnded: Bool { storage.state.withLock(\.hasEnded) }

    /// Ends the sequence without waiting for the recording task.
    package func cancel() { cancelSource() }

    /// Stops recording, and waits for the end of the recording task.
    func stop() async {
        cancelSource()
        task.cancel()
        await task.value
    }
}
