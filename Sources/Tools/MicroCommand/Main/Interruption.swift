// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// Ends a command on SIGINT, SIGTERM and SIGHUP: cancels its task, and exits immediately on a second signal. The processes that the
/// command has started do not outlive it.
enum Interruption {
    /// How long a command may take to clean up after a signal, such as to deregister, in seconds.
    private static let cleanUpLimit = Atomic(8)

    /// Handles SIGHUP in place of the end of the process, for servers that read their configuration again; nil otherwise.
    private static let hangupHandler = Mutex<(@Sendable () -> Void)?>(nil)

    private static let signalNumber = Atomic<Int32>(0)

    /// The first signal that the command has received; nil for none.
    static var receivedSignal: Int32? {
        let number = signalNumber.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Handles SIGINT in place of the end of the process, for the prompt; nil otherwise.
    private static let interruptHandler = Mutex<(@Sendable () -> Void)?>(nil)

    /// Runs a body during which SIGINT only calls a handler.
    static func handlingInterrupts(
        by handler: @escaping @Sendable () -> Void, during body: () async -> Void
    ) async {
        interruptHandler.withLock { $0 = handler }
        await body()
        interruptHandler.withLock { $0 = nil }
    }

    /// Extends the time limit of the cleanup, in seconds, such as for requests in flight.
    static func extendCleanUp(to seconds: Int) { cleanUpLimit.store(max(8, seconds), ordering: .relaxed) }

    /// Runs a body during which SIGHUP only calls a handler.
    static func handlingHangups<Value: Sendable>(
        by handler: @escaping @Sendable () -> Void, during body: () async throws -> Value
    ) async rethrows -> Value {
        hangupHandler.withLock { $0 = handler }
        defer { hangupHandler.withLock { $0 = nil } }
        return try await body()
    }

    /// Runs a command until it ends.
    ///
    /// - Returns: The exit status of the command.
    static func run(_ command: @escaping @Sendable () async -> Int32) async -> Int32 {
        let task = Task { await command() }
        let isInterrupted = Atomic(false)
        let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if number == SIGINT, let handler = interruptHandler.withLock(\.self) { return handler() }
                if number == SIGHUP, let handler = hangupHandler.withLock(\.self) { return handler() }
                guard !isInterrupted.exchange(true, ordering: .relaxed) else { exitNow(number) }
                signalNumber.store(number, ordering: .relaxed)
                task.cancel()
                let limit = cleanUpLimit.load(ordering: .relaxed)
                DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(limit)) { exitNow(number) }
            }
            source.resume()
            return source
        }
        let status = await task.value
        for source in sources { source.cancel() }
        return status
    }

    private static func exitNow(_ signal: Int32) -> Never {
        OwnedProcesses.killAll()
        _exit(128 + signal)
    }
}
