using System.Text;
using Ptq.Data;
using Xunit;

namespace Ptq.Tests.Data;

public class Npy_headers_are_read_strictly
{
    private const string Types = "bool, int8 … int64, uint8 … uint64 or float16 … float64";

    [Theory]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }\n")]
    [InlineData("{'shape': (2,), 'fortran_order': False, 'descr': '|u1'}")]
    [InlineData(" \t{ \"descr\" :'=u1' , 'shape':(2L, 1,)\n,'fortran_order':True }  \n")]
    [InlineData("{'descr':'>u1','fortran_order':False,'shape':(1,2)}")]
    [InlineData("{'descr':'<u1','fortran_order':False,'shape':(2,1,1,)}")]
    public void Order_spaces_quotes_and_last_commas_do_not_matter(string dict) =>
        Assert.Equal((Ptq.Numerics.Values<byte>)[1, 2], Damage.Content(Npy.Parse("f", File(dict, [1, 2]))).Bytes);

    [Theory]
    [InlineData("{'descr': '|u1', 'fortran_order': False}", "header: saw no shape, wanted descr, fortran_order and shape")]
    [InlineData("{'descr': '|u1', 'shape': (2,)}", "header: saw no fortran_order, wanted descr, fortran_order and shape")]
    [InlineData("{}", "header: saw no descr, wanted descr, fortran_order and shape")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), 'extra': 'x'}", "header: saw the key 'extra', wanted descr, fortran_order and shape")]
    [InlineData("{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (2,)}", "header, character 31: saw the key 'descr' again, wanted it once")]
    [InlineData("{'descr': '|u1', 'fortran_order': 0, 'shape': (2,)}", "header, character 34: saw '0, 'shape': ', wanted a string, True, False or a tuple")]
    [InlineData("{'descr': '|u1', 'fortran_order': 'no', 'shape': (2,)}", "fortran_order: saw the string 'no', wanted True or False")]
    [InlineData("{'descr': True, 'fortran_order': False, 'shape': (2,)}", "descr: saw True, wanted a string")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': '2'}", "shape: saw the string '2', wanted a tuple of integers")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (2)}", "header, character 53: saw (2), a number, wanted (2,), a tuple")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': [2]}", "'shape': saw a list or nested tuple, wanted a plain value")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (-2,)}", "header, character 51: saw '-2,)}', wanted an integer from 0 on")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (02,)}", "header, character 51: saw '02,)}', wanted an integer from 0 on")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (1 2)}", "header, character 53: saw '2)}', wanted ',' or ')'")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (,)}", "header, character 51: saw ',)}', wanted an integer from 0 on")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,)}", "header, character 51: saw '99999999999999999999', wanted an integer below 2⁶³")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (9223372036854775807, 9223372036854775807)}", "shape: saw [9223372036854775807, 9223372036854775807] of 1-byte elements, wanted at most 2147483591 bytes of data")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 268435456)}", "shape: saw [0, 268435456] of 8-byte elements, wanted at most 2147483591 bytes of data")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (2,)", "header, character 54: saw the end, wanted ',' or '}'")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': (2,)} x", "header, character 56: saw 'x', wanted nothing after the '}'")]
    [InlineData("{'descr': '|u1' 'fortran_order': False}", "header, character 16: saw ''fortran_ord', wanted ',' or '}'")]
    [InlineData("{'descr': '|u1", "header, character 10: saw ''|u1', wanted a string in quotes")]
    [InlineData("{'des\\x63r': '|u1'}", "header, character 1: saw 'des\\x63r', wanted a string of plain characters")]
    [InlineData("['descr']", "header, character 0: saw '['descr']', wanted '{'")]
    [InlineData("", "header, character 0: saw the end, wanted '{'")]
    [InlineData("{\u001b[2J", "header, character 1: saw '\\u001b[2J', wanted a string in quotes")]
    [InlineData("{'descr': 'u1', 'fortran_order': False, 'shape': (2,)}", "descr: saw 'u1', wanted " + Types)]
    [InlineData("{'descr': '<i3', 'fortran_order': False, 'shape': (2,)}", "descr: saw '<i3', wanted " + Types)]
    [InlineData("{'descr': '!u1', 'fortran_order': False, 'shape': (2,)}", "descr: saw '!u1', wanted " + Types)]
    [InlineData("{'descr': '', 'fortran_order': False, 'shape': (2,)}", "descr: saw '', wanted " + Types)]
    [InlineData("{'descr': ('<f4', (2,)), 'fortran_order': False, 'shape': (2,)}", "'descr': saw a structured or sub-array type, wanted " + Types)]
    [InlineData("{'descr': '|b1', 'fortran_order': False, 'shape': (2,)}", "element 1: saw 2, wanted 0 or 1, a boolean")]
    [InlineData("{'descr': '<i2', 'fortran_order': False, 'shape': (2,)}", "data: saw 2 bytes, wanted 4 for shape [2]")]
    [InlineData("{'descr': '|u1', 'fortran_order': False, 'shape': ()}", "data: saw bytes after the last element, wanted 1 bytes for shape []")]
    public void What_is_wrong_is_named(string dict, string complaint) =>
        Assert.Equal($"f: {complaint}", Damage.Complaint(Npy.Parse("f", File(dict, [1, 2]))));

    [Fact]
    public void More_axes_than_NumPy_knows_are_refused() =>
        Assert.Equal("f: shape: saw 65 axes, wanted at most 64",
            Damage.Complaint(Npy.Parse("f", File($"{{'descr': '|u1', 'fortran_order': False, 'shape': ({string.Join(',', Enumerable.Repeat(1, 65))})}}", [1]))));

    [Theory, MemberData(nameof(NumPyFiles.Refused), MemberType = typeof(NumPyFiles))]
    public void Types_that_are_no_plain_numbers_are_refused_by_name(string expression, string file)
    {
        var complaint = Damage.Complaint(Npy.Parse(expression, Convert.FromBase64String(file)));
        Assert.StartsWith(expression, complaint);
        Assert.Contains("descr", complaint);
        Assert.EndsWith(Types, complaint);
        Assert.Equal(expression.Contains("None"), complaint.Contains("pickled Python objects"));
        Assert.Equal(expression.Contains("zeros"), complaint.Contains("structured"));
    }

    [Theory]
    [InlineData("", "header: saw 0 bytes, wanted at least 10")]
    [InlineData("934E554D505901007600", "header: saw 0 bytes, wanted 118")]
    [InlineData("504B03040000000000000000", "magic number: saw 504B03040000, wanted 934E554D5059 (\\x93NUMPY)")]
    [InlineData("934E554D505904007600", "format version: saw 4.0, wanted 1.0, 2.0 or 3.0")]
    [InlineData("934E554D505901017600", "format version: saw 1.1, wanted 1.0, 2.0 or 3.0")]
    [InlineData("934E554D505902007600", "header: saw 10 bytes, wanted at least 12")]
    [InlineData("934E554D50590200FFFFFFFF", "header length: saw 4294967295, wanted at most 10000")]
    [InlineData("934E554D505901001127", "header length: saw 10001, wanted at most 10000")]
    public void The_beginning_is_checked(string file, string complaint) =>
        Assert.Equal($"f: {complaint}", Damage.Complaint(Npy.Parse("f", Convert.FromHexString(file))));

    private static byte[] File(string dict, byte[] data) =>
        [0x93, .. "NUMPY"u8, 1, 0, (byte)dict.Length, (byte)(dict.Length >> 8), .. Encoding.Latin1.GetBytes(dict), .. data];
}
