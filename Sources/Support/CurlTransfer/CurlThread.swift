// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CCurl

/// A thread of its own for what blocks.
enum CurlThread {
    /// Runs `body` on a new thread; false when the system has none to give.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let box = Unmanaged.passRetained(Body(body))
        guard ccurl_thread_start(runBody, box.toOpaque()) == 0 else {
            box.release()
            return false
        }
        return true
    }

    fileprivate final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }
}

private func runBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    ccurl_thread_block_sigpipe()
    Unmanaged<CurlThread.Body>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
