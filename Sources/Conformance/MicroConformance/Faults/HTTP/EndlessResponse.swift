// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// A JSON array that is sent until the client disconnects.
final class EndlessResponse {
    /// With the size of a part, this makes about 2 MB per second.
    private static let interval = TimeAmount.milliseconds(25)

    private let channel: any Channel
    private let write: (ByteBuffer) -> Void
    private let part = ByteBuffer(string: String(repeating: #"{"endless":true},"#, count: 3_000))
    private var timer: RepeatedTask?

    init(_ channel: any Channel, _ write: @escaping (ByteBuffer) -> Void) {
        self.channel = channel
        self.write = write
    }

    func start() {
        write(ByteBuffer(string: "["))
        let bound = NIOLoopBound(self, eventLoop: channel.eventLoop)
        timer = channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: Self.interval) { _ in
            let response = bound.value
            // Skips a part while the client does not read, so that no unbounded data is buffered.
            if response.channel.isWritable { response.write(response.part) }
        }
    }

    func stop() {
        timer?.cancel()
        timer = nil
    }
}
