package org.tarishi.core.deploy;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.ref.WeakReference;

/** A class loader with a class, which nothing holds: it is there until class loaders are collected. */
final class Sentinel {

    private static final String NAME = "org.tarishi.Sentinel";

    private final WeakReference<ClassLoader> loader = new WeakReference<>(new Made());

    /** Tells whether class loaders that nothing held were collected since it was made. */
    boolean isGone() {
        return loader.refersTo(null);
    }

    private static final class Made extends ClassLoader {

        Made() {
            super(Sentinel.class.getClassLoader());
            byte[] bytes = ClassFile.of().build(ClassDesc.of(NAME), builder -> {});
            defineClass(NAME, bytes, 0, bytes.length);
        }
    }
}
