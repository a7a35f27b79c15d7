using System.Globalization;
using Ptq.Evaluation;

namespace Ptq.Experiments.Figures;

/// <summary>Confusion matrices as shaded tables: the numbers are in the cells, the shade is their share of the row.</summary>
internal static class ConfusionFigure
{
    private const int Cell = 46, Left = 64, Top = 64, Margin = 20;

    /// <summary>Counts; the darker, the larger the share of the real class.</summary>
    public static string Of(string title, Confusion confusion) => Table(title, "count (shade: share of the row)", confusion.Classes, (real, predicted) =>
    {
        var share = confusion.Share(real, predicted);
        return (confusion[real, predicted].ToString(CultureInfo.InvariantCulture), Svg.Mix("#ffffff", "#08306b", Math.Sqrt(share)), Math.Sqrt(share) > 0.5);
    });

    /// <summary>The change of shares in points: orange where a mistake (or a hit) became more frequent, blue where less. The strongest colour is the largest change.</summary>
    public static string Difference(string title, Confusion before, Confusion after)
    {
        double Delta(int real, int predicted) => after.Share(real, predicted) - before.Share(real, predicted);
        var cells = from r in Enumerable.Range(0, before.Classes) from p in Enumerable.Range(0, before.Classes) select Math.Abs(Delta(r, p));
        var largest = Math.Max(cells.Max(), 1e-12);
        return Table(title, "change of the share of the row, in points", before.Classes, (real, predicted) =>
        {
            var delta = Delta(real, predicted);
            var strength = Math.Sqrt(Math.Abs(delta) / largest);
            var text = Math.Abs(delta) < 0.0005 ? "" : (100 * delta).ToString("+0.0;−0.0", CultureInfo.InvariantCulture);
            return (text, Svg.Mix("#ffffff", delta > 0 ? "#b35806" : "#2166ac", strength), strength > 0.75);
        });
    }

    private static string Table(string title, string legend, int classes, Func<int, int, (string Text, string Fill, bool Dark)> cell)
    {
        var (right, bottom) = (Left + classes * Cell, Top + classes * Cell);
        IEnumerable<string> Elements()
        {
            yield return Svg.Text((Left + right) / 2.0, 24, title, 16, weight: "bold");
            yield return Svg.Text((Left + right) / 2.0, 44, legend, 12, fill: "#444444");
            for (var real = 0; real < classes; real++)
            {
                yield return Svg.Text(Left - 10, Top + (real + 0.5) * Cell + 5, real.ToString(CultureInfo.InvariantCulture), 14, "end");
                yield return Svg.Text(Left + (real + 0.5) * Cell, bottom + 18, real.ToString(CultureInfo.InvariantCulture), 14);
                for (var predicted = 0; predicted < classes; predicted++)
                {
                    var (text, fill, dark) = cell(real, predicted);
                    yield return Svg.Rect(Left + predicted * Cell, Top + real * Cell, Cell, Cell, fill, "#cccccc");
                    yield return Svg.Text(Left + (predicted + 0.5) * Cell, Top + (real + 0.5) * Cell + 5, text, 13, fill: dark ? "#ffffff" : "#000000");
                }
            }
            for (var c = 0; c < classes; c++) yield return Svg.Rect(Left + c * Cell, Top + c * Cell, Cell, Cell, "none", "#000000"); // the hits
            yield return Svg.Text((Left + right) / 2.0, bottom + 40, "predicted class", 13);
            yield return Svg.Text(22, (Top + bottom) / 2.0, "real class", 13, turned: -90);
        }
        return Svg.Document(right + Margin, bottom + 52, title, Elements());
    }
}
