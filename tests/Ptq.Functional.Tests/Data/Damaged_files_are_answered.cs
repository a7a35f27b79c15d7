using Ptq.Data;
using Ptq.Numerics;
using Ptq.Tensors;
using Xunit;

namespace Ptq.Tests.Data;

/// <summary>What random damage (properties/…/A_hostile_file.cs) once found, and what it must never leave.</summary>
public class Damaged_files_are_answered
{
    [Fact]
    public void A_sound_file_cut_short_is_never_accepted()
    {
        foreach (var file in new[] { Idx.Write(Idx_is_MNISTs_format.Small), Idx.WriteGz(Idx_is_MNISTs_format.Small) })
            for (var length = 0; length < file.Length; length++) Damage.Complaint(Idx.Parse("f", file.AsMemory(0, length)));
        foreach (var file in new[] { NumPyFiles.Stored, NumPyFiles.Deflated }.Select(Convert.FromBase64String))
            for (var length = 0; length < file.Length; length++) Damage.Complaint(Npz.Parse("f", file.AsMemory(0, length)));
    }

    [Fact]
    public void A_header_of_a_thousand_keys_costs_no_more_than_another()
    {
        var dict = $"{{{string.Concat(Enumerable.Range(0, 700).Select(i => $"'k{i}': True,"))}}}";
        Costs(64 << 10, () => Assert.Equal("f: header, character 194: saw one key more, wanted at most 16", Damage.Complaint(Npy.Parse("f", Headed(dict)))));
    }

    [Fact]
    public void A_shape_of_thousands_of_axes_costs_no_more_than_another()
    {
        var dict = $"{{'descr': '|u1', 'fortran_order': False, 'shape': ({string.Concat(Enumerable.Repeat("1,", 4_900))})}}";
        Costs(64 << 10, () => Assert.Equal("f: header, character 563: saw one item more, wanted at most 256 in a tuple", Damage.Complaint(Npy.Parse("f", Headed(dict)))));
    }

    [Fact]
    public void What_inflates_takes_one_buffer_and_one_copy()
    {
        var file = Idx.WriteGz(IdxArray.Of(Shape.Of(4_000_000), Values.Of<byte>(new byte[4_000_000])));
        Costs(2 * 4_000_000 + (64 << 10), () => Damage.Content(Idx.Parse("f", file)));
    }

    private static byte[] Headed(string dict) => [0x93, .. "NUMPY"u8, 1, 0, (byte)dict.Length, (byte)(dict.Length >> 8), .. System.Text.Encoding.ASCII.GetBytes(dict)];

    private static void Costs(long most, Action read)
    {
        read(); // what the first call alone takes is not the file's
        var before = GC.GetAllocatedBytesForCurrentThread();
        read();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, most);
    }
}
