package org.tarishi.core.queue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What the store asks of the file system: files in three folders, by {@code folder/name}. Any thread.
 *
 * <p>The names in a folder are safe only after {@link #forceFolder}, the bytes of a file after {@link DiskFile#force}. A test puts a disk in
 * its place that forgets what was not.
 */
interface Disk {

    /** The segments. */
    String JOURNAL = "journal";

    /** The large bodies, a file each. */
    String BODIES = "bodies";

    /** What could not be read. */
    String DAMAGED = "damaged";

    /** Makes the folders that are missing, for this user only. */
    void makeFolders() throws IOException;

    /**
     * Keeps others from the folder until it is closed.
     *
     * @throws IOException also when another has it
     */
    Closeable lock() throws IOException;

    /** Shows the names of the files in a folder, in any order; none when it is not there. */
    void forEachName(String folder, Consumer<String> then) throws IOException;

    /** Returns the names of the files in a folder, sorted. */
    default List<String> list(String folder) throws IOException {
        var names = new ArrayList<String>();
        forEachName(folder, names::add);
        names.sort(null);
        return names;
    }

    /** Makes a file that was not there, for this user only, to be written. */
    DiskFile create(String name) throws IOException;

    /** Opens a file to be read; one of its own for each reader, for an interrupt closes it. */
    DiskFile open(String name) throws IOException;

    /** Opens a file to be written on from its end. */
    DiskFile append(String name) throws IOException;

    /** Deletes a file; nothing happens when there is none. */
    void delete(String name) throws IOException;

    /** Makes the names in a folder safe. */
    void forceFolder(String folder) throws IOException;

    /** Returns the bytes that may still be written. */
    long usableSpace() throws IOException;

    /** Returns the path of a name, nothing where there are no paths. */
    Optional<Path> path(String name);

    /** An open file. One thread at a time. */
    interface DiskFile extends Closeable {

        /** Reads some bytes from a place; returns -1 at the end. */
        int read(ByteBuffer into, long position) throws IOException;

        /** Writes all bytes behind what was written, over what was reserved. */
        void write(ByteBuffer bytes) throws IOException;

        /**
         * Makes the file so large, with zeros behind what was written. To force what is written over them, no more than these bytes have to
         * reach the disk; where the file grows, its size and its place do too, which takes twice as long.
         *
         * @throws IOException when there is no room; the file may have grown by a part of it
         */
        void reserve(long size) throws IOException;

        /** Cuts the file, if it is larger; what is written next goes behind. */
        void truncate(long size) throws IOException;

        /** Makes the bytes safe. */
        void force() throws IOException;

        long size() throws IOException;

        /** Reads until the buffer is full or the file ends. */
        default void readFully(ByteBuffer into, long position) throws IOException {
            long at = position;
            while (into.hasRemaining()) {
                int n = read(into, at);
                if (n < 0) {
                    return;
                }
                at += n;
            }
        }
    }
}
