// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// A credential that is printed as `***` in logs, errors and debuggers.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: String

    /// Wraps a credential.
    public init(_ value: String) { self.value = value }

    /// The credential itself, for the code that sends it.
    public func reveal() -> String { value }

    /// `***`
    public var description: String { "***" }
    /// `***`
    public var debugDescription: String { "***" }
    /// A mirror without children.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
