// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// The library as a whole.
public enum SwiftMicro {
    /// The version of the library, the command `micro` and the conformance suite: a semantic version
    /// (https://semver.org).
    public static let version = "0.1.0"
}
