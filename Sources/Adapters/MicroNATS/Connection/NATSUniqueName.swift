// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

/// Makes names that no other client uses.
enum NATSUniqueName {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

    /// Makes a random name of 22 letters and digits.
    static func make() -> String { String((0..<22).map { _ in alphabet[Int.random(in: alphabet.indices)] }) }
}
