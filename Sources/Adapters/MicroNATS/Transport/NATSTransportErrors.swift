// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension MicroError {
    /// A peer sent a message in another format. `call` names the call, such as `greeter Greeter.Hello at _INBOX.x`.
    static func natsInvalidEnvelope(_ call: String) -> MicroError {
        MicroError(.internal, "\(call) sent a message that is not in go-micro's format", origin: Origin.transport)
    }
}
