using Ptq.Deployment;
using Ptq.Engine;
using Ptq.Errors;
using Ptq.Model;
using Ptq.Numerics;
using Ptq.Tensors;
using Ptq.Tests.Data;
using Xunit;
using static Ptq.Tests.Expect;

namespace Ptq.Tests.Engine;

/// <summary>Each tensor is small enough, and all of them are not: a file of a few hundred bytes could ask for any amount of memory.</summary>
public class Networks_that_ask_for_too_much
{
    private static readonly EngineLimits limits = new(1 << 12, 3 << 12, 1 << 10);

    [Fact]
    public void Constants_that_are_all_kept() => Assert.Equal("node 'f3', ConstantOfShape, output: saw 16384 elements in all tensors up to here that are still needed, wanted at most 12288",
        Complaint(Enumerable.Range(0, 4).Select(i => new Operation($"f{i}", "ConstantOfShape", ["n"], $"c{i}")), "c0", "c1", "c2", "c3"));

    [Fact]
    public void Results_that_are_all_kept() => Assert.Equal("node 'e2', Expand, output: saw 12289 elements in all tensors up to here that are still needed, wanted at most 12288",
        Complaint(Enumerable.Range(0, 4).Select(i => new Operation($"e{i}", "Expand", ["x", "n"], $"c{i}")), "c0", "c1", "c2", "c3"));

    [Fact]
    public void A_chain_of_them_is_run_one_after_another()
    {
        var chain = Enumerable.Range(0, 9).Select(i => new Operation($"r{i}", "Relu", [$"c{i}"], $"c{i + 1}")).Prepend(new Operation("e", "Expand", ["x", "n"], "c0"));
        Assert.Equal(1 << 12, Right(NetworkEngine.Prepare(Of(chain, "c9"), Inputs, limits)).Types["c9"].Shape.Count);
    }

    [Fact]
    public void One_tensor_of_too_many_elements() => Assert.Equal("node 't', Tile (opset 21), output: saw shape [16777216], wanted at most 4096 elements",
        Complaint([new("t", "Tile", ["x", "n"], "y")], n: 1 << 24));

    [Fact]
    public void One_operation_of_too_many_products() => Assert.Equal("node 'm', MatMul (opset 21), work: saw more than 1024 products, wanted fewer",
        Complaint([new("e", "Expand", ["x", "n"], "a"), new("s", "Reshape", ["a", "row"], "b"), new("t", "Reshape", ["a", "column"], "c"), new("m", "MatMul", ["b", "c"], "y")]));

    private static ByName<Shape> Inputs => ByName<Shape>.Of([("x", Shape.Of(1))]);

    private static string Complaint(IEnumerable<Operation> operations, params string[] outputs) => Complaint(operations, 1 << 12, outputs);

    private static string Complaint(IEnumerable<Operation> operations, long n, params string[] outputs)
    {
        var network = Of(operations, n, outputs is [] ? ["y"] : outputs);
        var said = Damage.Complaint(NetworkEngine.Prepare(network, Inputs, limits));
        Assert.NotEmpty(Damage.Complaint(Simplification.Of(network, Inputs, limits)));
        return said;
    }

    private static Network Of(IEnumerable<Operation> operations, params string[] outputs) => Of(operations, 1 << 12, outputs);

    private static Network Of(IEnumerable<Operation> operations, long n, string[] outputs)
    {
        static Constant Longs(params long[] each) => Constant.Of(ElementType.Int64, Shape.Of(each.Length), each);
        return Right(Network.Create(21, [new("x", ElementType.Float32, [new(1)])], ByName<Constant>.Of([("n", Longs(n)), ("column", Longs(-1, 1)), ("row", Longs(1, -1))]),
            Values.From(operations), Values.From(outputs.Select(o => new Port(o, ElementType.Float32, [], false))), NetworkInfo.Named("g")));
    }
}
