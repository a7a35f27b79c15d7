using LanguageExt;
using Ptq.Data;
using Ptq.Errors;
using Xunit;

namespace Ptq.Tests.Data;

/// <summary>Any bytes at all give an answer or an error that says something, never an exception.</summary>
public class Damaged_files_are_answered
{
    private const int Rounds = 3000;

    [Fact]
    public void In_IDX() => Survive(Idx.Write(Idx_is_MNISTs_format.Small), bytes => Idx.Parse("f", bytes));

    [Fact]
    public void In_gzipped_IDX() => Survive(Idx.WriteGz(Idx_is_MNISTs_format.Small), bytes => Idx.Parse("f", bytes));

    [Theory, MemberData(nameof(NumPyFiles.Arrays), MemberType = typeof(NumPyFiles))]
    public void In_NPY(string expression, string file, int[] shape, string floats)
    {
        _ = (expression, shape, floats);
        Survive(Convert.FromBase64String(file), bytes => Npy.Parse("f", bytes).Map(array => (array.ToFloats(), array.ToIntegers())));
    }

    [Theory, InlineData(NumPyFiles.Stored), InlineData(NumPyFiles.Deflated)]
    public void In_NPZ(string file) => Survive(Convert.FromBase64String(file), bytes => Npz.Parse("f", bytes));

    [Fact]
    public void A_sound_file_cut_short_is_never_accepted()
    {
        foreach (var file in new[] { Idx.Write(Idx_is_MNISTs_format.Small), Idx.WriteGz(Idx_is_MNISTs_format.Small) })
            for (var length = 0; length < file.Length; length++) Damage.Complaint(Idx.Parse("f", file.AsMemory(0, length)));
        foreach (var file in new[] { NumPyFiles.Stored, NumPyFiles.Deflated }.Select(Convert.FromBase64String))
            for (var length = 0; length < file.Length; length++) Damage.Complaint(Npz.Parse("f", file.AsMemory(0, length)));
    }

    private static void Survive<T>(byte[] file, Func<byte[], Either<PtqError, T>> parse)
    {
        Damage.Content(parse(file));
        foreach (var damaged in Damage.Of(file, Rounds))
        {
            var answer = parse(damaged);
            if (answer.IsLeft) Damage.Complaint(answer);
            else Damage.Content(answer);
        }
    }
}
