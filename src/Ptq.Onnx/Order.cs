using Ptq.Errors;
using Ptq.Model;

namespace Ptq.Onnx;

/// <summary>Operations in an order in which they can run.</summary>
internal static class Order
{
    /// <summary>The same order where it serves; else the earliest in the file that can run comes first.</summary>
    /// <param name="graph">Where they stand.</param>
    /// <param name="operations">In the file's order.</param>
    /// <param name="given">Inputs and constants.</param>
    public static Operation[] Of(Spot graph, IReadOnlyList<Operation> operations, IReadOnlySet<string> given)
    {
        var writers = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < operations.Count; i++)
            foreach (var output in operations[i].Outputs)
                if (output.Length > 0 && (given.Contains(output) || !writers.TryAdd(output, i))) throw NodeReader.Of(graph, operations[i]).In($"output {Quoted.Text(output)}").Bad("a tensor that is already there", "a name of its own");

        var (waiting, readers) = (new int[operations.Count], new List<int>?[operations.Count]);
        for (var i = 0; i < operations.Count; i++)
            foreach (var input in operations[i].Inputs)
            {
                if (input.Length == 0 || given.Contains(input)) continue;
                if (!writers.TryGetValue(input, out var writer)) throw NodeReader.Of(graph, operations[i]).In($"input {Quoted.Text(input)}").Bad("a tensor that nothing writes", "an input, an initializer or what another node writes");
                (readers[writer] ??= []).Add(i);
                waiting[i]++;
            }

        var (ready, sorted) = (new PriorityQueue<int, int>(), new List<Operation>(operations.Count));
        for (var i = 0; i < waiting.Length; i++)
            if (waiting[i] == 0) ready.Enqueue(i, i);
        while (ready.TryDequeue(out var next, out _))
        {
            sorted.Add(operations[next]);
            foreach (var reader in readers[next] ?? [])
                if (--waiting[reader] == 0) ready.Enqueue(reader, reader);
        }
        return sorted.Count == operations.Count ? [.. sorted] : throw graph.In("nodes").Bad($"a cycle: {Cycle(operations, writers, waiting)}", "nodes that can run one after another");
    }

    // An operation that still waits reads what another one writes that still waits: walking back must come round.
    private static string Cycle(IReadOnlyList<Operation> operations, Dictionary<string, int> writers, int[] waiting)
    {
        var (path, at) = (new List<int>(), Array.FindIndex(waiting, n => n > 0));
        var places = new Dictionary<int, int>();
        while (places.TryAdd(at, path.Count))
        {
            path.Add(at);
            at = operations[at].Inputs.AsEnumerable().Where(writers.ContainsKey).Select(input => writers[input]).First(writer => waiting[writer] > 0);
        }
        var back = path[places[at]..];
        var first = back.IndexOf(back.Min());
        var cycle = Enumerable.Range(0, back.Count).Select(i => Quoted.Text(operations[back[(first + back.Count - i) % back.Count]].Name)).ToArray(); // forwards, from the file's first
        const int shown = 6;
        return $"{string.Join(" → ", cycle.Take(shown))}{(cycle.Length > shown ? $" → … ({cycle.Length} nodes)" : "")} → {cycle[0]}";
    }
}
