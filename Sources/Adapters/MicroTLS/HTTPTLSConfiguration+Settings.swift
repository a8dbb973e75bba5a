// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
public import Configuration
import MicroCore

extension HTTPTLSConfiguration {
    /// Creates a configuration from settings.
    ///
    /// Configuration keys:
    /// - `micro.transport.cert` (`MICRO_TRANSPORT_CERT`): ``certificateFile``.
    /// - `micro.transport.key` (`MICRO_TRANSPORT_KEY`): ``keyFile``.
    /// - `micro.transport.ca` (`MICRO_TRANSPORT_CA`): ``certificateAuthorityFile``.
    /// - `micro.transport.client.auth` (`MICRO_TRANSPORT_CLIENT_AUTH`): `require` or `none`:
    ///   ``requiresClientCertificate``. By default, callers must present a certificate if all three files are set.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` that names the setting.
    public init(configReader reader: ConfigReader) throws {
        self.init(
            certificateFile: reader.nonEmptyString("micro.transport.cert"),
            keyFile: reader.nonEmptyString("micro.transport.key"),
            certificateAuthorityFile: reader.nonEmptyString("micro.transport.ca"))
        requiresClientCertificate = certificateFile != nil && certificateAuthorityFile != nil
        let key = "micro.transport.client.auth"
        switch reader.nonEmptyString(ConfigKey(key)) {
        case nil: break
        case "require": requiresClientCertificate = true
        case "none": requiresClientCertificate = false
        case let text?: throw ConfigReader.malformed(key, text, expected: "require or none")
        }
    }

    /// Whether no file is set, so that a transport has no TLS.
    var hasNoFiles: Bool { certificateFile == nil && keyFile == nil && certificateAuthorityFile == nil }
}
