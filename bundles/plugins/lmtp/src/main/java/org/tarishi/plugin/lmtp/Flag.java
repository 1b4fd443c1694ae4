package org.tarishi.plugin.lmtp;

import org.tarishi.api.NoteCodec;

/** Yes or no as one byte. */
final class Flag implements NoteCodec<Boolean> {

    @Override
    public int version() {
        return 0;
    }

    @Override
    public byte[] encode(Boolean value) {
        return new byte[] {(byte) (value ? 1 : 0)};
    }

    @Override
    public Boolean decode(int version, byte[] bytes) {
        if (version != 0 || bytes.length != 1) {
            throw new IllegalArgumentException("want one byte of version 0");
        }
        return bytes[0] != 0;
    }
}
