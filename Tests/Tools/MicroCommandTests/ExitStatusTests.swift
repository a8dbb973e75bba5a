// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Testing

@testable import MicroCommand

/// The exit statuses for errors.
@Suite struct ExitStatusTests {
    @Test(arguments: [
        (MicroError.Code.notFound, MicroCommand.ExitStatus.notFound), (.unavailable, .unavailable),
        (.invalidArgument, .usage),
        (.deadlineExceeded, .timeout), (.internal, .failed),
    ])
    func errorsOfTheToolkitAreDistinguished(_ code: MicroError.Code, _ status: MicroCommand.ExitStatus) {
        for origin in [MicroError.Origin.client, MicroError.Origin.registry, "go.micro.rpc", ""] {
            #expect(MicroCommand.ExitStatus(ofCall: MicroError(code, "x", origin: origin)) == status)
        }
    }

    @Test(arguments: [MicroError.Code.notFound, .unavailable, .invalidArgument, .internal])
    func errorsOfServicesAreFailures(_ code: MicroError.Code) {
        #expect(MicroCommand.ExitStatus(ofCall: MicroError(code, "x", origin: "catalog")) == .failed)
    }
}
