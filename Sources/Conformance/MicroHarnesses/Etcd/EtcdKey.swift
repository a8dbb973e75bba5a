// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Encodes keys and values for etcd's JSON gateway.
enum EtcdKey {
    /// Keys and values are in base64.
    static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    /// The fields of a request for all keys with a prefix, which is not empty and ends in an ASCII character.
    static func range(prefix: String) -> EtcdMemberClient.JSON {
        var end = Array(prefix.utf8)
        end[end.count - 1] += 1
        return ["key": base64(prefix), "range_end": Data(end).base64EncodedString()]
    }
}
