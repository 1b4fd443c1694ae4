package org.tarishi.core.message;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.tarishi.api.message.Body;
import org.tarishi.api.message.Part;

/** The body as it arrived: a range of the content. */
final class StoredBody implements Body {

    private final Content content;
    private final long start;
    private final long end;
    private final boolean isKept;
    private final boolean isEightBit;
    private final boolean isBinary;
    private volatile @Nullable Walked walked;

    /** The parts by a Content-Type. */
    private record Walked(@Nullable Field contentType, List<Part> parts) {}

    StoredBody(Content content, long start, long end, boolean isKept, boolean isEightBit, boolean isBinary) {
        this.content = content;
        this.start = start;
        this.end = end;
        this.isKept = isKept;
        this.isEightBit = isEightBit;
        this.isBinary = isBinary;
    }

    /** Returns the parts, if they were read by that very Content-Type. */
    @SuppressWarnings("ReferenceEquality") // that very field; it never changes
    @Nullable List<Part> partsBy(@Nullable Field contentType) {
        var now = walked;
        return now != null && now.contentType() == contentType ? now.parts() : null;
    }

    void keepParts(@Nullable Field contentType, List<Part> parts) {
        walked = new Walked(contentType, parts);
    }

    boolean isEightBit() {
        return isEightBit;
    }

    /** Tells whether it may be any bytes, and is not made of lines. */
    boolean isBinary() {
        return isBinary;
    }

    @Override
    public long size() {
        return end - start;
    }

    @Override
    public InputStream open() throws IOException {
        return open(0, size());
    }

    /** Opens a range, counted from the beginning of the body. */
    InputStream open(long from, long to) throws IOException {
        checkKept();
        return content.open(start + from, start + to);
    }

    /** Writes a range, counted from the beginning of the body. */
    void write(long from, long to, OutputStream out) throws IOException {
        checkKept();
        content.write(start + from, start + to, out);
    }

    /** Tells whether it is in memory. */
    boolean isInMemory() {
        return content instanceof MemoryContent;
    }

    /**
     * Gives the file that it is the end of a second name.
     *
     * @return where it begins; nothing when it is in no file, or not on the file system of that name
     */
    OptionalLong link(Path target) throws IOException {
        checkKept();
        var file = content.file();
        if (file.isEmpty()) {
            return OptionalLong.empty();
        }
        try {
            Files.createLink(target, file.get());
        } catch (FileAlreadyExistsException | NoSuchFileException e) {
            throw e;
        } catch (FileSystemException | UnsupportedOperationException e) {
            // Another file system, or one without links: whoever wants it there copies it.
            return OptionalLong.empty();
        }
        return OptionalLong.of(start);
    }

    private void checkKept() throws IOException {
        if (!isKept) {
            throw new IOException("the body was not kept");
        }
    }

    void close() {
        content.close();
    }
}
