// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The terminal in raw mode: each key arrives immediately and is not echoed. The former mode is restored when it is released.
final class RawTerminal {
    private var original = termios()

    /// Changes the mode; nil if the standard input is not a terminal.
    ///
    /// - Parameter keepsSignals: Whether Ctrl-C still is a signal, and not a key.
    init?(keepsSignals: Bool) {
        guard tcgetattr(STDIN_FILENO, &original) == 0 else { return nil }
        var raw = original
        cfmakeraw(&raw)
        if keepsSignals { raw.c_lflag |= tcflag_t(ISIG) }
        // Output still converts a line feed to a carriage return and a line feed.
        raw.c_oflag |= tcflag_t(OPOST)
        guard tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0 else { return nil }
    }

    deinit { tcsetattr(STDIN_FILENO, TCSADRAIN, &original) }
}
