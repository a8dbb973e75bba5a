// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The executor of a service's handlers.
enum HandlerExecution: Sendable {
    /// The global concurrent executor: for handlers that may block or compute for long.
    case globalExecutor
    /// The executor of the transport, such as an event loop.
    case inline

    init(mayBlock: Bool) { self = mayBlock ? .globalExecutor : .inline }

    /// Runs a handler on its executor. Only a task that prefers an executor of the transport needs to switch.
    ///
    /// The switch takes effect because the types of handlers are `@concurrent`: a plain function would stay on its caller's
    /// executor, and the compiler removes an executor hop that is directly followed by a call.
    func run<Response: Sendable>(_ body: @Sendable () async throws -> Response) async throws -> Response {
        let isOnGlobalExecutor = withUnsafeCurrentTask { $0?.unownedTaskExecutor == nil }
        guard self == .globalExecutor, !isOnGlobalExecutor else { return try await body() }
        return try await withTaskExecutorPreference(globalConcurrentExecutor, operation: body)
    }
}
