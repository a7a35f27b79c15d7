using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using FsCheck;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Ptq.Properties.Framework;

[XunitTestCaseDiscoverer("Ptq.Properties.Framework.PropertyDiscoverer", "Ptq.Functional.Properties")] // type, ASSEMBLY: a wrong name drops every property silently
[AttributeUsage(AttributeTargets.Method)]
public class PropertyAttribute : FactAttribute
{
    public int MaxTest { get; set; } = 100;
    public string? Replay { get; set; }          // paste "(seed,gamma,size)" from a failure
    public Type[] Arbitrary { get; set; } = [];  // static members returning Arbitrary<T>

    /// <summary>As the environment has it: PTQ_PROPERTY_FACTOR times as many cases; with PTQ_PROPERTY_SEED the same ones in every run, else others each time.</summary>
    internal Config ToConfig(IRunner runner) => ToConfig(runner, Environment.GetEnvironmentVariable("PTQ_PROPERTY_SEED"));

    internal Config ToConfig(IRunner runner, string? seedOfTheRun)
    {
        var factor = double.TryParse(Environment.GetEnvironmentVariable("PTQ_PROPERTY_FACTOR"), CultureInfo.InvariantCulture, out var f) && f > 0 ? f : 1;
        var config = Config.QuickThrowOnFailure.WithMaxTest((int)Math.Clamp(Math.Ceiling(MaxTest * factor), 1, int.MaxValue)).WithRunner(runner);
        if (Arbitrary.Length > 0) config = config.WithArbitrary(Arbitrary);
        if (Replay?.Trim('(', ')').Split(',').Select(s => ulong.Parse(s, CultureInfo.InvariantCulture)).ToArray() is [var seed, var gamma, .. var size])
            config = config.WithReplay(new Replay(new Rnd(seed, gamma), size is [var n] ? FSharpOption<int>.Some((int)n) : null));
        else if (ulong.TryParse(seedOfTheRun, CultureInfo.InvariantCulture, out var all)) config = config.WithReplay(new Replay(new Rnd(all), null));
        return config;
    }
}

public sealed class PropertyDiscoverer(IMessageSink sink) : IXunitTestCaseDiscoverer
{
    public IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        [new PropertyTestCase(sink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod)];
}

public sealed class PropertyTestCase : XunitTestCase
{
    [Obsolete("For the de-serializer only", error: true)]
    public PropertyTestCase() { }

    public PropertyTestCase(IMessageSink sink, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method) : base(sink, display, options, method) { }

    public override Task<RunSummary> RunAsync(IMessageSink diagnosticMessageSink, IMessageBus messageBus, object[] constructorArguments, ExceptionAggregator aggregator, CancellationTokenSource cancellationTokenSource) =>
        new CaseRunner(this, constructorArguments, messageBus, aggregator, cancellationTokenSource).RunAsync();

    private sealed class CaseRunner(IXunitTestCase testCase, object[] args, IMessageBus bus, ExceptionAggregator errors, CancellationTokenSource cts)
        : XunitTestCaseRunner(testCase, testCase.DisplayName, testCase.SkipReason, args, [], bus, errors, cts)
    {
        protected override XunitTestRunner CreateTestRunner(ITest test, IMessageBus messageBus, Type testClass, object[] constructorArguments, MethodInfo testMethod, object[] testMethodArguments, string skipReason, IReadOnlyList<BeforeAfterTestAttribute> beforeAfterAttributes, ExceptionAggregator aggregator, CancellationTokenSource cancellationTokenSource) =>
            new Runner(test, messageBus, testClass, constructorArguments, testMethod, skipReason, beforeAfterAttributes, new(aggregator), cancellationTokenSource);
    }

    private sealed class Runner(ITest test, IMessageBus bus, Type type, object[] args, MethodInfo method, string skip, IReadOnlyList<BeforeAfterTestAttribute> hooks, ExceptionAggregator errors, CancellationTokenSource cts)
        : XunitTestRunner(test, bus, type, args, method, [], skip, hooks, errors, cts)
    {
        private readonly Recorder recorder = new(method);

        protected override async Task<Tuple<decimal, string>> InvokeTestAsync(ExceptionAggregator aggregator)
        {
            var (time, output) = await base.InvokeTestAsync(aggregator);
            return Tuple.Create(time, output + recorder.Output); // "Ok, passed 100 tests." and Classify/Collect tables
        }

        protected override Task<decimal> InvokeTestMethodAsync(ExceptionAggregator aggregator) =>
            new Invoker(recorder, Test, MessageBus, TestClass, ConstructorArguments, TestMethod, BeforeAfterAttributes, aggregator, CancellationTokenSource).RunAsync();
    }

    private sealed class Invoker(Recorder recorder, ITest test, IMessageBus bus, Type type, object[] args, MethodInfo method, IReadOnlyList<BeforeAfterTestAttribute> hooks, ExceptionAggregator errors, CancellationTokenSource cts)
        : XunitTestInvoker(test, bus, type, args, method, [], hooks, errors, cts)
    {
        protected override async Task<decimal> InvokeTestMethodAsync(object? testClassInstance) // the base would refuse a method with parameters
        {
            var config = TestMethod.GetCustomAttribute<PropertyAttribute>()!.ToConfig(recorder);
            await Aggregator.RunAsync(() => Timer.AggregateAsync(() => Task.Run(() => Check.Method(config, TestMethod, FSharpOption<object>.Some(testClassInstance!)))));
            if (recorder.Failure is { } failure) Aggregator.Add(failure);
            return Timer.Total;
        }
    }
}

internal sealed class Recorder(MethodInfo method) : IRunner
{
    public Exception? Failure { get; private set; }
    public string Output { get; private set; } = "";

    public void OnStartFixture(Type type) { }
    public void OnArguments(int n, FSharpList<object> args, FSharpFunc<int, FSharpFunc<FSharpList<object>, string>> every) { }
    public void OnShrink(FSharpList<object> args, FSharpFunc<FSharpList<object>, string> everyShrink) { }

    public void OnFinished(string name, TestResult result)
    {
        if (result is TestResult.Failed { Item1: var data, Item3: var shrunk, Item4: var outcome, Item6: var rnd, Item7: var size })
            Failure = new PropertyFailedException($"""
                after {data.NumberOfTests} cases and {data.NumberOfShrinks} shrinks {string.Join("; ", data.Labels)}
                {Arguments(shrunk)}
                [Property(Replay = "({rnd.Seed},{rnd.Gamma},{size})")]
                """, outcome is Outcome.Failed { Item: var e } && e.GetType() != typeof(Exception) ? e : null);
        else if (result.IsPassed) Output = FsCheck.Runner.onFinishedToString("", result);
        else Failure = new PropertyFailedException(FsCheck.Runner.onFinishedToString("", result), null); // exhausted: precondition too strong
    }

    private string Arguments(FSharpList<object> args)
    {
        var names = method.GetParameters().Select(p => p.Name).ToArray();
        var values = names.Length > 1 && args is [ITuple t] ? Enumerable.Range(0, t.Length).Select(i => t[i]).ToArray() : [.. args];
        return string.Join(Environment.NewLine, names.Select((n, i) => $"  {n} = {Show(values[i])}"));
    }

    private static string Show(object? value) => value is Array items ? $"[{string.Join(", ", items.Cast<object?>().Select(Show))}]" : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "null";
}

public sealed class PropertyFailedException(string message, Exception? inner) : Exception(message, inner);
