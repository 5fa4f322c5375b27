/**
 * Allocation patterns that are generated with fixed seeds: {@link dev.quarry.bench.scenario.Scenario} lists those that are
 * traces, {@link dev.quarry.bench.scenario.ScenarioFiles} writes them.
 */
@NullMarked
package dev.quarry.bench.scenario;

import org.jspecify.annotations.NullMarked;
