package org.tarishi.core.boot;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassHierarchyResolver.ClassHierarchyInfo;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.hooks.weaving.WeavingException;
import org.osgi.framework.hooks.weaving.WeavingHook;
import org.osgi.framework.hooks.weaving.WovenClass;
import org.osgi.framework.wiring.BundleWiring;

/**
 * Keeps a plugin's code from ending the process: a call of {@code System.exit}, {@code Runtime.exit} or {@code Runtime.halt} throws a {@link
 * SecurityException} in its place, which is a fault of the plugin like any other.
 *
 * <p>It sees calls that stand in the class files of plugins, and of what those bundle. Calls by reflection, method handles or native code it
 * does not see. What the launcher installed by itself without the plugins' API, the platform, is left alone. Any thread.
 */
final class ExitGuard implements WeavingHook {

    /** Who uses this package is a plugin. */
    private static final String API = "org.tarishi.api";

    /** How bundles of the server are called, which may use that package too. */
    private static final String CORE = "org.tarishi.core.";

    private static final String PACKAGES = "osgi.wiring.package";
    private static final Set<String> OWNERS = Set.of("java/lang/System", "java/lang/Runtime");
    private static final Set<String> METHODS = Set.of("exit", "halt");
    private static final String TYPE = "(I)V";
    private static final ClassDesc THROWN = ClassDesc.of("java.lang.SecurityException");

    /** What is known of wirings: a start loads thousands of classes from a few dozen. A wiring goes with its bundle's update. */
    private final Map<BundleWiring, Boolean> plugins = Collections.synchronizedMap(new WeakHashMap<>());

    @Override
    public void weave(WovenClass woven) {
        if (!plugins.computeIfAbsent(woven.getBundleWiring(), ExitGuard::isPlugin)) {
            return;
        }
        var bytes = woven.getBytes();
        if (!mentionsExit(bytes)) {
            return;
        }
        try {
            woven.setBytes(guarded(bytes, woven.getBundleWiring().getClassLoader()));
        } catch (IllegalArgumentException | IllegalStateException e) {
            // A class that can't be looked through does not come in: it would be the way around this.
            throw new WeavingException(woven.getClassName() + " calls exit or halt, and can't be kept from it", e);
        }
    }

    /** A class without these names has no such call; most classes are let through here. */
    static boolean mentionsExit(byte[] bytes) {
        var text = new String(bytes, StandardCharsets.ISO_8859_1);
        return METHODS.stream().anyMatch(name -> text.contains(utf8(name)))
                && OWNERS.stream().anyMatch(name -> text.contains(utf8(name)));
    }

    /** A constant of the class file: its tag, its length, itself (JVMS section 4.4.7). */
    private static String utf8(String name) {
        return "\1\0" + (char) name.length() + name;
    }

    private static boolean isPlugin(BundleWiring wiring) {
        Bundle bundle = wiring.getBundle();
        var name = bundle.getSymbolicName();
        if (bundle.getBundleId() == 0 || (name != null && (name.startsWith(CORE) || name.equals(API)))) {
            return false;
        }
        return !bundle.getLocation().startsWith(Installer.LOCATION)
                || wiring.getRequiredWires(PACKAGES).stream()
                        .anyMatch(wire -> String.valueOf(
                                        wire.getCapability().getAttributes().get(PACKAGES))
                                .startsWith(API));
    }

    /** Returns the class with each such call replaced. */
    static byte[] guarded(byte[] bytes, ClassLoader loader) {
        var file = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(hierarchy(loader)));
        ClassModel model = file.parse(bytes);
        return file.transformClass(model, ClassTransform.transformingMethodBodies(replacing()));
    }

    private static CodeTransform replacing() {
        return (CodeBuilder code, CodeElement element) -> {
            if (element instanceof InvokeInstruction call && endsTheProcess(call)) {
                var what = call.owner().asInternalName().replace('/', '.') + "."
                        + call.name().stringValue();
                code.pop();
                if (call.owner().asInternalName().equals("java/lang/Runtime")) {
                    code.pop();
                }
                code.new_(THROWN)
                        .dup()
                        .loadConstant("a plugin must not end the server: " + what + " is refused")
                        .invokespecial(
                                THROWN,
                                ConstantDescs.INIT_NAME,
                                MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_String))
                        .athrow();
            } else {
                code.with(element);
            }
        };
    }

    private static boolean endsTheProcess(InvokeInstruction call) {
        return OWNERS.contains(call.owner().asInternalName())
                && METHODS.contains(call.name().stringValue())
                && call.type().stringValue().equals(TYPE);
    }

    /**
     * The frames of a method are computed anew, for which the kinship of classes must be known. They are looked up as files, since loading
     * one would load it before its time; one that is not there counts as a child of Object.
     */
    private static ClassHierarchyResolver hierarchy(ClassLoader loader) {
        return ClassHierarchyResolver.ofResourceParsing((ClassDesc type) -> {
                    var descriptor = type.descriptorString();
                    var name = descriptor.substring(1, descriptor.length() - 1) + ".class";
                    var in = loader.getResourceAsStream(name);
                    return in == null ? ClassLoader.getSystemResourceAsStream(name) : in;
                })
                .orElse(type -> ClassHierarchyInfo.ofClass(ConstantDescs.CD_Object));
    }
}
