// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension Result where Failure == any Error {
    /// The result of an asynchronous operation.
    package init(catching body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
