package dev.quarry.tools;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.lang.module.ModuleDescriptor;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of {@code docs/architecture.md}, on the classes of all modules that {@code tools} can see. */
class ArchitectureTest {
    private static final String API = "api";

    /** A module's package below {@code dev.quarry}, and whom it may use besides itself; all others are part of the API. */
    private static final Map<String, Set<String>> STAR = Map.of(
            API,
            Set.of(),
            "cpu",
            Set.of(API),
            "cuda",
            Set.of(API),
            "sim",
            Set.of(API),
            "testkit",
            Set.of(API, "sim"),
            "tools",
            Set.of(API, "sim"));

    /** A package below {@code dev.quarry.internal}, and which of the others it may use. */
    private static final Map<String, Set<String>> LAYERS = Map.of(
            "config", Set.of(),
            "event", Set.of(),
            "segment", Set.of(),
            "index", Set.of("segment"),
            "account", Set.of(),
            "cache", Set.of("segment", "index"),
            "device", Set.of("index", "account", "segment", "cache"),
            "view", Set.of("index", "account", "segment", "cache", "device"),
            "inspect", Set.of(),
            "pool", Set.of("event", "index", "account", "segment", "cache", "device", "view", "inspect"));

    /** The methods of the JDK that need {@code --enable-native-access} for the calling module. */
    private static final Set<String> RESTRICTED = Set.of(
            "java.lang.foreign.MemorySegment.reinterpret",
            "java.lang.foreign.AddressLayout.withTargetLayout",
            "java.lang.foreign.Linker.downcallHandle",
            "java.lang.foreign.Linker.upcallStub",
            "java.lang.foreign.SymbolLookup.libraryLookup",
            "java.lang.ModuleLayer$Controller.enableNativeAccess",
            "java.lang.System.load",
            "java.lang.System.loadLibrary",
            "java.lang.Runtime.load",
            "java.lang.Runtime.loadLibrary");

    private static final String PLUGIN_INTERNALS = "dev.quarry.[cpu|cuda|rocm|levelzero].internal..";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.quarry");

    @ParameterizedTest
    @ValueSource(strings = {"api", "cpu", "cuda", "sim", "testkit", "tools"})
    void shouldSeeModuleWhenRulesAreChecked(String module) {
        assertThat(CLASSES.stream().filter(type -> moduleOf(type).equals(module)))
                .hasSizeGreaterThan(10);
    }

    @Test
    void shouldFormStarWhenModulesUseEachOther() {
        classes().should(useOnly(ArchitectureTest::moduleOf, STAR)).check(CLASSES);
        assertThat(edges(ArchitectureTest::moduleOf))
                .contains(
                        "cpu -> api", "sim -> api", "testkit -> api", "testkit -> sim", "tools -> api", "tools -> sim");
    }

    @Test
    void shouldFormStarWhenModulesRequireEachOther() {
        Map<String, Set<String>> required = Map.of(
                "dev.quarry", Set.of(),
                "dev.quarry.cpu", Set.of("dev.quarry"),
                "dev.quarry.cuda", Set.of("dev.quarry"),
                "dev.quarry.sim", Set.of("dev.quarry"),
                "dev.quarry.tools", Set.of("dev.quarry", "dev.quarry.sim"));
        required.forEach((name, others) -> assertThat(descriptor(name).requires().stream()
                        .map(ModuleDescriptor.Requires::name)
                        .filter(other -> other.startsWith("dev.quarry")))
                .as(name)
                .containsExactlyInAnyOrderElementsOf(others));
    }

    @Test
    void shouldUseLowerLayersOnlyWhenInsideOfApi() {
        classes().should(useOnly(ArchitectureTest::layerOf, LAYERS)).check(CLASSES);
        assertThat(edges(ArchitectureTest::layerOf))
                .contains("cache -> index", "device -> account", "pool -> index", "pool -> view");
    }

    @Test
    void shouldBelongToOneOfLayersWhenInternal() {
        assertThat(CLASSES.stream()
                        .map(ArchitectureTest::layerOf)
                        .filter(layer -> !layer.isEmpty())
                        .collect(toSet()))
                .isEqualTo(LAYERS.keySet());
    }

    @Test
    void shouldReachInternalsThroughTwoClassesOnlyWhenInPublicPackages() {
        DescribedPredicate<JavaClass> internal = resideInAPackage("dev.quarry.internal..");
        assertThat(CLASSES.stream()
                        .filter(type -> moduleOf(type).equals(API) && !internal.test(type))
                        .filter(type -> dependsOn(type, internal))
                        .map(ArchitectureTest::outermost))
                .containsOnly("dev.quarry.Quarry", "dev.quarry.PoolOptions");
    }

    @Test
    void shouldKnowPoolFromQuarryOnlyWhenOutsideOfIt() {
        DescribedPredicate<JavaClass> pool = resideInAPackage("dev.quarry.internal.pool..");
        assertThat(CLASSES.stream()
                        .filter(type -> !pool.test(type) && dependsOn(type, pool))
                        .map(ArchitectureTest::outermost))
                .containsOnly("dev.quarry.Quarry");
    }

    @Test
    void shouldHideCollectionsLibraryWhenClassIsPublic() {
        DescribedPredicate<JavaClass> library = resideInAPackage("org.eclipse.collections..");
        assertThat(CLASSES.stream().filter(type -> dependsOn(type, library)))
                .as("the library's users")
                .isNotEmpty();
        classes()
                .that()
                .resideOutsideOfPackages("..internal..", "dev.quarry.tools..")
                .and()
                .arePublic()
                .should(hide(library))
                .check(CLASSES);
    }

    @Test
    void shouldMakeRestrictedCallsInInternalsOfPluginsOnlyWhenTheyAreNeeded() {
        DescribedPredicate<JavaAccess<?>> restricted = describe(
                "is restricted",
                access -> RESTRICTED.contains(access.getTargetOwner().getFullName() + "."
                        + access.getTarget().getName()));
        assertThat(CLASSES.stream()
                        .filter(resideInAPackage(PLUGIN_INTERNALS))
                        .flatMap(type -> type.getAccessesFromSelf().stream())
                        .filter(restricted)
                        .map(access -> access.getTarget().getName()))
                .contains("reinterpret", "downcallHandle");
        noClasses()
                .that(resideOutsideOfPackage(PLUGIN_INTERNALS))
                .should()
                .accessTargetWhere(restricted)
                .check(CLASSES);
    }

    @Test
    void shouldPrintFromToolsOnlyWhenItIsToStandardStreams() {
        assertThat(CLASSES.get(QuarryCommand.class).getFieldAccessesFromSelf())
                .extracting(access -> access.getTarget().getFullName())
                .contains("java.lang.System.out", "java.lang.System.err");
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "dev.quarry.tools..", "..internal.bindings..") // generated, which trace on request
                .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS)
                .check(CLASSES);
    }

    /** Those there are mark a thread that is in the user's handler, or in a source of memory; they cache nothing. */
    @Test
    void shouldKeepNothingPerThreadWhenItIsNoMark() {
        assertThat(CLASSES.stream()
                        .flatMap(type -> type.getFields().stream())
                        .filter(field -> field.getRawType().isAssignableTo(ThreadLocal.class))
                        .map(JavaMember::getFullName))
                .containsExactlyInAnyOrder(
                        "dev.quarry.internal.pool.HandlerCall.inHandler",
                        "dev.quarry.internal.pool.SourceSupply.ASKED");
    }

    @Test
    void shouldSayWhatItIsWhenClassIsNamed() {
        noClasses()
                .should()
                .haveNameMatching(".*(Util|Utils|Utility|Utilities|Helper|Helpers|Manager|Managers)(\\$.*)?")
                .check(CLASSES);
    }

    @Test
    void shouldDoWithoutTestLibrariesWhenShipped() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.quarry.testkit..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.junit..", "net.jqwik..", "org.assertj..")
                .check(CLASSES);
    }

    /** Returns the module of a class of ours, or nothing. */
    private static String moduleOf(JavaClass type) {
        if (!resideInAPackage("dev.quarry..").test(type)) {
            return "";
        }
        String below = type.getPackageName().replaceFirst("dev\\.quarry\\.?([^.]*).*", "$1");
        return STAR.containsKey(below) ? below : API;
    }

    /** Returns the package below {@code dev.quarry.internal}, or nothing. */
    private static String layerOf(JavaClass type) {
        return type.getPackageName().startsWith("dev.quarry.internal.")
                ? type.getPackageName().substring("dev.quarry.internal.".length())
                : "";
    }

    private static Set<String> edges(Function<JavaClass, String> partOf) {
        return CLASSES.stream()
                .flatMap(from -> from.getDirectDependenciesFromSelf().stream())
                .map(dependency ->
                        partOf.apply(dependency.getOriginClass()) + " -> " + partOf.apply(targetOf(dependency)))
                .collect(toSet());
    }

    private static ArchCondition<JavaClass> useOnly(
            Function<JavaClass, String> partOf, Map<String, Set<String>> allowed) {
        return new ArchCondition<>("use the parts below theirs only") {
            @Override
            public void check(JavaClass from, ConditionEvents events) {
                String part = partOf.apply(from);
                from.getDirectDependenciesFromSelf().forEach(dependency -> {
                    String other = partOf.apply(targetOf(dependency));
                    boolean satisfied = part.isEmpty()
                            || other.isEmpty()
                            || part.equals(other)
                            || allowed.getOrDefault(part, Set.of()).contains(other);
                    events.add(new SimpleConditionEvent(from, satisfied, dependency.getDescription()));
                });
            }
        };
    }

    private static JavaClass targetOf(Dependency dependency) {
        return dependency.getTargetClass().getBaseComponentType();
    }

    private static ArchCondition<JavaClass> hide(DescribedPredicate<JavaClass> hidden) {
        return new ArchCondition<>("not show classes that " + hidden.getDescription()) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                type.getMembers().stream()
                        .filter(member -> member.getModifiers().contains(JavaModifier.PUBLIC)
                                || member.getModifiers().contains(JavaModifier.PROTECTED))
                        .forEach(member -> events.add(new SimpleConditionEvent(
                                member,
                                member.getAllInvolvedRawTypes().stream().noneMatch(hidden),
                                member.getDescription())));
                type.getAllRawSuperclasses().stream()
                        .filter(hidden)
                        .forEach(above -> events.add(SimpleConditionEvent.violated(type, type + " extends " + above)));
                type.getAllRawInterfaces().stream()
                        .filter(hidden)
                        .forEach(above -> events.add(SimpleConditionEvent.violated(type, type + " is " + above)));
            }
        };
    }

    private static boolean dependsOn(JavaClass type, DescribedPredicate<JavaClass> others) {
        return type.getDirectDependenciesFromSelf().stream().anyMatch(dependency -> others.test(targetOf(dependency)));
    }

    private static String outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type.getName());
    }

    private static ModuleDescriptor descriptor(String module) {
        return ModuleLayer.boot().findModule(module).orElseThrow().getDescriptor();
    }
}
