using System.Text;
using Ptq.Data;
using Xunit;

namespace Ptq.Tests.Data;

public sealed class Disk_keeps_files_whole : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("ptq-disk-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_is_written_is_read()
    {
        var path = At("new", "folder", "file");
        Damage.Content(Disk.Write(path, (byte[])[1, 2, 3]));
        Assert.Equal([1, 2, 3], Damage.Content(Disk.ReadAll(path)));
        Damage.Content(Disk.Write(path, "é\n"));
        Assert.Equal(Encoding.UTF8.GetBytes("é\n"), Damage.Content(Disk.ReadAll(path)));
        Damage.Content(Disk.Write(path, ReadOnlyMemory<byte>.Empty));
        Assert.Empty(Damage.Content(Disk.ReadAll(path)));
        Assert.Single(Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void A_path_is_shown_as_it_was_given()
    {
        var missing = Path.GetRelativePath(Directory.GetCurrentDirectory(), At("missing"));
        Assert.Equal($"{missing}: cannot read it: there is no such file", Damage.Complaint(Disk.ReadAll(missing)));
        var deeper = Path.Combine(missing, "file");
        Assert.Equal($"{deeper}: cannot read it: there is no such folder", Damage.Complaint(Disk.ReadAll(deeper)));
    }

    [Fact]
    public void A_path_that_is_none_is_refused()
    {
        Assert.Equal($"{folder}: cannot read it: it is a folder", Damage.Complaint(Disk.ReadAll(folder)));
        Assert.Equal($"{folder}: cannot write it: it is a folder", Damage.Complaint(Disk.Write(folder, "x")));
        Assert.Equal(": cannot read it: this is not the path of a file", Damage.Complaint(Disk.ReadAll("")));
        Assert.Equal(": cannot write it: this is not the path of a file", Damage.Complaint(Disk.Write("", "x")));
        Assert.Equal("\\u0000: cannot read it: this is not the path of a file", Damage.Complaint(Disk.ReadAll("\0")));
    }

    [Fact]
    public void A_file_in_the_place_of_the_folder_is_named()
    {
        Damage.Content(Disk.Write(At("file"), "old"));
        const string Reason = "cannot write it: a file stands where a folder is needed";
        Assert.Equal($"{At("file", "x")}: {Reason}", Damage.Complaint(Disk.Write(At("file", "x"), "new")));
        Assert.Equal($"{At("file")}: {Reason}", Damage.Complaint(Disk.CheckWritable(At("file"))));
        Assert.Equal("old", File.ReadAllText(At("file")));
    }

    [Fact]
    public void Several_files_are_written_together_or_not_at_all()
    {
        Damage.Content(Disk.Write(At("a"), "old"));
        Directory.CreateDirectory(At("b"));
        Damage.Complaint(Disk.Write([(At("a"), "new"u8.ToArray()), (At("b"), "new"u8.ToArray())]));
        Assert.Equal("old", File.ReadAllText(At("a")));
        Assert.Equal(2, Directory.GetFileSystemEntries(folder).Length);

        Damage.Content(Disk.Write([(At("a"), "new"u8.ToArray()), (At("c"), "new"u8.ToArray())]));
        Assert.Equal(("new", "new"), (File.ReadAllText(At("a")), File.ReadAllText(At("c"))));
    }

    [OnlyOnUnix]
    public void A_link_stays_a_link()
    {
        Damage.Content(Disk.Write(At("real"), "old"));
        File.CreateSymbolicLink(At("link"), "real");
        Damage.Content(Disk.Write(At("link"), "new"));
        Assert.Equal(("real", "new"), (new FileInfo(At("link")).LinkTarget, File.ReadAllText(At("real"))));
    }

    [OnlyOnUnix]
    public void A_device_stays_a_device()
    {
        Damage.Content(Disk.Write("/dev/null", "x"));
        Assert.Empty(Damage.Content(Disk.ReadAll("/dev/null")));
    }

    [Fact]
    public void A_folder_is_proved_writable_and_nothing_is_left_behind()
    {
        Damage.Content(Disk.CheckWritable(At("new", "folder")));
        Damage.Content(Disk.CheckWritableFor(At("new", "file")));
        Assert.Empty(Directory.GetFileSystemEntries(folder));
        Directory.CreateDirectory(At("there"));
        Assert.Equal($"{At("there")}: cannot write it: it is a folder", Damage.Complaint(Disk.CheckWritableFor(At("there"))));
    }

    [OnlyOnUnix]
    public void A_folder_that_is_not_writable_is_named_early()
    {
        Assert.StartsWith("/proc/ptq: cannot write it: ", Damage.Complaint(Disk.CheckWritable("/proc/ptq")));
    }

    private string At(params string[] names) => Path.Combine([folder, .. names]);

    /// <summary>A fact about devices, links and /proc; skipped, and said so, on Windows.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    private sealed class OnlyOnUnixAttribute : FactAttribute
    {
        public OnlyOnUnixAttribute()
        {
            if (OperatingSystem.IsWindows()) Skip = "Windows has no devices below a folder, and links need a privilege there.";
        }
    }
}
