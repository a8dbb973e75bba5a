// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Where the handlers of a service run.
enum HandlerExecution: Sendable {
    /// On the threads of the process: for handlers that may block or compute for long.
    case globalExecutor
    /// Where the transport runs, such as on an event loop.
    case inline

    init(mayBlock: Bool) { self = mayBlock ? .globalExecutor : .inline }

    /// Runs a handler at its place. Only a task that prefers an executor of the transport has to leave it.
    ///
    /// What moves the task is that the types of handlers are `@concurrent`: a plain function stays where its caller is, and
    /// a hop of the caller's that is followed by nothing but a call is optimised away.
    func run<Response: Sendable>(_ body: @Sendable () async throws -> Response) async throws -> Response {
        let isOnGlobalExecutor = withUnsafeCurrentTask { $0?.unownedTaskExecutor == nil }
        guard self == .globalExecutor, !isOnGlobalExecutor else { return try await body() }
        return try await withTaskExecutorPreference(globalConcurrentExecutor, operation: body)
    }
}
