// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore

/// Reads the standard input on a thread of its own, so that cancellation ends the wait for it and no input is lost.
enum InputReader {
    private static let chunkSize = 64 * 1024

    /// The next bytes; empty at the end of the input. One task may wait at a time.
    ///
    /// - Throws: `CommandError` if the input cannot be read, such as a folder; `CancellationError`.
    static func next() async throws -> [UInt8] {
        let promise = Promise<[UInt8]>()
        let wakeup = Pipe()
        let (receiver, sender) = (wakeup.fileHandleForReading, wakeup.fileHandleForWriting)
        Thread.detachNewThread { promise.resolve(with: Result { try read(untilClosed: receiver) }) }
        return try await withTaskCancellationHandler {
            // The thread ends first, so that it cannot take input that is meant for a later command.
            try await promise.uncancellableValue()
        } onCancel: {
            // Closing the write end makes `poll` return in the reading thread. An error means it is already closed.
            try? sender.close()
        }
    }

    /// Waits for input and reads it.
    ///
    /// - Throws: `CommandError` if the input cannot be read; `CancellationError` if the pipe is closed first.
    private static func read(untilClosed receiver: FileHandle) throws -> [UInt8] {
        var descriptors = [
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
            pollfd(fd: receiver.fileDescriptor, events: Int16(POLLIN), revents: 0),
        ]
        var buffer = [UInt8](repeating: 0, count: chunkSize)
        while true {
            if poll(&descriptors, nfds_t(descriptors.count), -1) < 0 {
                guard errno == EINTR else { throw unreadable(errno) }
                continue
            }
            guard descriptors[1].revents == 0 else { throw CancellationError() }
            let count = buffer.withUnsafeMutableBytes { Foundation.read(STDIN_FILENO, $0.baseAddress, $0.count) }
            if count >= 0 { return Array(buffer.prefix(count)) }
            guard errno == EINTR else { throw unreadable(errno) }
        }
    }

    private static func unreadable(_ code: Int32) -> CommandError {
        CommandError("cannot read the standard input: \(String(cString: strerror(code)))")
    }
}
