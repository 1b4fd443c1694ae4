package org.tarishi.core.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Version;

final class PluginStoreTest {

    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

    @TempDir
    Path data;

    @Test
    void whatIsInForceSurvivesARestart() throws Exception {
        var jar = jar("x.y", "a");
        var store = new PluginStore(data);
        store.keep(jar);
        store.putInForce(jar, Set.of("x", "z"), NOON, "console");

        var again = new PluginStore(data);

        assertThat(again.get("x.y")).contains(new PluginStore.Entry(jar.hash(), Set.of("x", "z"), NOON, "console"));
        assertThat(again.jar(jar.hash())).hasContent("a");
    }

    @Test
    void whatIsRemovedStaysToBeGoneBackToUntilItIsForgotten() throws Exception {
        var jar = jar("x", "a");
        var store = new PluginStore(data);
        store.keep(jar);
        store.putInForce(jar, Set.of("x", "z"), NOON, "deploy");
        store.forget(jar.hash());
        assertThat(store.jar(jar.hash())).as("in force").exists();

        store.remove("x");

        assertThat(store.all()).isEmpty();
        assertThat(store.jar(jar.hash())).exists();
        assertThat(new PluginStore(data).all()).isEmpty();
        store.forget(jar.hash());
        assertThat(store.jar(jar.hash())).doesNotExist();
    }

    @Test
    void aLineThatCantBeReadHidesNoOther() throws Exception {
        var jar = jar("x", "a");
        new PluginStore(data).putInForce(jar, Set.of("x", "z"), NOON, "deploy");
        var file = data.resolve("deploy").resolve("in-force");
        Files.writeString(file, "torn\nx.z " + "0".repeat(64) + " z yesterday deploy\n" + Files.readString(file));

        assertThat(new PluginStore(data).all()).containsOnlyKeys("x");
    }

    @Test
    void whatCouldNotBeWrittenDownIsNotWrittenDownWithTheNextOne() throws Exception {
        var store = new PluginStore(data);
        var jar = jar("x", "a");
        var blocked = Files.createDirectory(data.resolve("deploy").resolve("in-force.tmp"));
        assertThatThrownBy(() -> store.putInForce(jar, Set.of("x"), NOON, "deploy"))
                .isInstanceOf(IOException.class);
        Files.delete(blocked);

        store.putInForce(jar("y", "b"), Set.of("y"), NOON, "deploy");

        assertThat(store.all()).containsOnlyKeys("y");
        assertThat(new PluginStore(data).all()).containsOnlyKeys("y");
    }

    @Test
    void foldersAreTheServersAlone() throws Exception {
        var store = new PluginStore(data);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve("plugins"))))
                .isEqualTo("rwx------");
        assertThat(store.all()).isEmpty();
    }

    private PluginJar jar(String name, String content) throws Exception {
        var file = Files.writeString(data.resolve(name + ".jar"), content);
        var hash = String.format("%064x", content.hashCode());
        return new PluginJar(
                file, hash, name, Version.emptyVersion, Set.of(), false, ComponentXml.Shadowing.NOT_PROMISED);
    }
}
