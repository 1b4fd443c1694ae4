# Finds a JDK 25 or newer; for "." in a POSIX shell.
#
# find_jdk sets "jdk" to its folder and succeeds, or fails without a word. It looks at TARISHI_JAVA_HOME, JAVA_HOME, the java on the
# path, and the usual folders, in this order, and reads the "release" file of each: no Java is started to ask for its version.

jdk_needed=25
jdk_missing="Tarishi needs a JDK $jdk_needed or newer: install one (Debian: apt install openjdk-$jdk_needed-jdk; or Temurin $jdk_needed from https://adoptium.net), or name its folder in TARISHI_JAVA_HOME."

jdk_fits() {
    [ -n "$1" ] && [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 1
    jdk_version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
    [ -n "$jdk_version" ] && [ "$jdk_version" -ge "$jdk_needed" ]
}

find_jdk() {
    jdk_java=$(command -v java 2>/dev/null) && jdk_java=$(readlink -f "$jdk_java") && jdk_java=${jdk_java%/bin/java}
    for jdk in "${TARISHI_JAVA_HOME:-}" "${JAVA_HOME:-}" "$jdk_java" ${TARISHI_JDK_FOLDERS-/usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk*}; do
        jdk_fits "$jdk" && return 0
    done
    return 1
}
