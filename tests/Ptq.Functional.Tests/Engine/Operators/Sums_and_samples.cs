using Ptq.Model;
using Ptq.Tensors;
using Ptq.Tests.Runtime;
using Xunit;
using static Ptq.Tests.Engine.Operators.BesideTheRuntime;
using static Ptq.Tests.Engine.Operators.OneOperation;

namespace Ptq.Tests.Engine.Operators;

/// <summary>Einsum, GridSample and RoiAlign beside the ONNX Runtime.</summary>
public class Sums_and_samples
{
    [OnnxRuntimeTheory]
    [InlineData("ij,jk->ik", "3,4 4,5")]
    [InlineData("ij,kj", "3,4 5,4")]
    [InlineData("bhqd,bhkd->bhqk", "2,3,4,5 2,3,6,5")]
    [InlineData("bhqk,bkhd->bqhd", "2,3,4,6 2,6,3,5")]
    [InlineData("i,i->", "7 7")]
    [InlineData("i,j->ij", "3 4")]
    [InlineData("ij,ij->ij", "3,4 3,4")]
    [InlineData("bi,bi->b", "5,9 5,9")]
    [InlineData("ii->i", "4,4")]
    [InlineData("iji->j", "3,5,3")]
    [InlineData("ij->j", "3,5")]
    [InlineData("...ij,...jk->...ik", "2,3,4 2,4,6")]
    [InlineData("...ii->...", "2,3,4,4")]
    [InlineData("ij, jk, kl -> il", "3,4 4,5 5,6")]
    [InlineData("bij,bjk,k->bi", "2,3,4 2,4,5 5")]
    [InlineData("cba->abc", "2,3,4")]
    [InlineData("nctkv,kvw->nctw", "2,3,4,2,5 2,5,5")]
    public void Products_are_summed_as_the_runtime_sums_them(string equation, string shapes) => Agree(13, "Einsum", [("equation", new AttributeValue.Text(equation))], 1, 1e-5,
        [.. shapes.Split(' ').Select((shape, i) => Noise(i + 1, 1, [.. shape.Split(',').Select(int.Parse)]))]);

    [Theory]
    [InlineData("ij,jk->ii", "different letters")]
    [InlineData("ij,jk->iz", "all of them known")]
    [InlineData("ij,j->i", "2 axes in term 1")]
    [InlineData("ij->ij", "2 terms")]
    [InlineData("i1,jk->i", "letters, commas")]
    [InlineData("ij,jk->i->k", "at most one arrow")]
    [InlineData("ij,ik->jk", "one length for 'i'")]
    [InlineData("i...j...,jk->k", "letters, commas")]
    public void Equations_that_make_no_sense_are_refused(string equation, string wanted) =>
        Assert.Contains(wanted, Refusal("Einsum", [("equation", new AttributeValue.Text(equation))], Noise(1, 1, 3, 4), Noise(2, 1, 4, 5)), StringComparison.Ordinal);

    [Fact]
    public void Long_sums_of_few_products_have_the_bits_of_matrix_products()
    {
        var (a, b) = (Noise(1, 1, 3, 40), Noise(2, 1, 40, 5));
        var product = Run("MatMul", a, b);
        Assert.Equal(product, Run("Einsum", [("equation", new AttributeValue.Text("ij,jk->ik"))], a, b)); // one product of 15 sums
        var row = Operand.Of(ElementType.Float32, Shape.Of(1, 40), a.Floats.Span[..40].ToArray() is var first ? [.. first] : default);
        Assert.Equal(product.Floats.Span[..5].ToArray(), Run("Einsum", [("equation", new AttributeValue.Text("ij,jk->ik"))], row, b).Floats.AsEnumerable());
    }

    [OnnxRuntimeTheory]
    [InlineData("bilinear", "zeros", 0)]
    [InlineData("bilinear", "border", 1)]
    [InlineData("bilinear", "reflection", 0)]
    [InlineData("bilinear", "reflection", 1)]
    [InlineData("nearest", "zeros", 1)]
    [InlineData("nearest", "border", 0)]
    [InlineData("nearest", "reflection", 0)]
    [InlineData("bicubic", "zeros", 0)]
    [InlineData("bicubic", "border", 1)]
    [InlineData("bicubic", "reflection", 0)]
    [InlineData("bicubic", "reflection", 1)]
    public void Grids_are_sampled_as_the_runtime_samples_them(string mode, string padding, long aligned)
    {
        (string, AttributeValue)[] Attributes(string mode) => [("mode", new AttributeValue.Text(mode)), ("padding_mode", new AttributeValue.Text(padding)), ("align_corners", new AttributeValue.Whole(aligned))];
        Operand[] inputs = [Noise(1, 1, 2, 3, 5, 6), Noise(2, 1.6, 2, 4, 7, 2)];
        Agree(16, "GridSample", Attributes(mode), 1, 1e-4, inputs);
        Agree(20, "GridSample", Attributes(mode switch { "bilinear" => "linear", "bicubic" => "cubic", _ => mode }), 1, 1e-4, inputs);
    }

    [OnnxRuntimeTheory]
    [InlineData("avg", "half_pixel", 2)]
    [InlineData("avg", "output_half_pixel", 0)]
    [InlineData("avg", "half_pixel", 0)]
    [InlineData("max", "half_pixel", 2)]
    [InlineData("max", "output_half_pixel", 0)]
    public void Regions_are_aligned_as_the_runtime_aligns_them(string mode, string coordinates, long samples) => Agree(16, "RoiAlign",
        [("mode", new AttributeValue.Text(mode)), ("coordinate_transformation_mode", new AttributeValue.Text(coordinates)), ("sampling_ratio", new AttributeValue.Whole(samples)),
            ("output_height", new AttributeValue.Whole(3)), ("output_width", new AttributeValue.Whole(4)), ("spatial_scale", new AttributeValue.Real(0.5f))], 1, 1e-4,
        Noise(1, 1, 2, 3, 9, 8), Floats(Shape.Of(4, 4), 1, 2, 12.5f, 15, 0, 0, 16, 18, -3, 4, 5, 30, 7, 7, 7.25f, 7.5f), Integers(ElementType.Int64, 0, 1, 1, 0));

    [Fact]
    public void Regions_of_images_that_are_not_there_are_refused() =>
        Assert.Contains("batch_indices: saw 2, wanted 0 to 1", Refusal("RoiAlign", [], Noise(1, 1, 2, 3, 9, 8), Floats(Shape.Of(1, 4), 0, 0, 1, 1), Integers(ElementType.Int64, 2)), StringComparison.Ordinal);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(1e30f)]
    public void Regions_without_bounds_are_refused(float end) =>
        Assert.Contains("samples a bin", Refusal("RoiAlign", [], Noise(1, 1, 2, 3, 9, 8), Floats(Shape.Of(1, 4), 0, 0, end, end), Integers(ElementType.Int64, 0)), StringComparison.Ordinal);

    [Theory]
    [InlineData("zeros")]
    [InlineData("border")]
    [InlineData("reflection")]
    public void Places_that_are_no_numbers_give_numbers_or_nothing(string padding)
    {
        var y = Run("GridSample", [("padding_mode", new AttributeValue.Text(padding))], Floats(Shape.Of(1, 1, 2, 2), 1, 2, 3, 4),
            Floats(Shape.Of(1, 3, 1, 2), float.NaN, 0, float.PositiveInfinity, float.NegativeInfinity, 1e30f, -1e30f));
        Assert.Equal(Shape.Of(1, 1, 3, 1), y.Shape);
    }
}
