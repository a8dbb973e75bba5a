// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// An action that disrupts or restores a backend, independently of the adapter.
public enum BackendAction: String, Sendable, CaseIterable {
    /// Stops the backend gracefully. Data on disk is kept.
    case stop
    /// Terminates the backend immediately, as `kill -9` does. Data on disk is kept.
    case kill
    /// Starts the backend after ``stop`` or ``kill``, and waits until it serves requests. Succeeds if it is already
    /// running: the suite starts the backend after every case that may have stopped it.
    case start
    /// Suspends the backend with its connections open, as `SIGSTOP` does.
    case pause
    /// Resumes the backend after ``pause``. Succeeds if it is already running.
    case resume
    /// Deletes all data of the backend. The backend serves requests again when the action returns.
    case wipe
    /// Deletes the history of the backend but not its current data: a watch cannot resume from an earlier revision.
    case compact
    /// Revokes the leases or checks that keep registrations alive. Their nodes are removed with them.
    case revoke
    /// Revokes the permissions of clients with ``CredentialKind/revocable``, until the next such client is created.
    case revokeCredentials
}

/// The hook that cases use to control the backend. Without it, the cases that need it are reported as not runnable.
public protocol BackendControl: Sendable {
    /// The actions that the control supports.
    var actions: Set<BackendAction> { get }

    /// Performs an action, and returns when it has taken effect.
    func perform(_ action: BackendAction) async throws
}
