using Ptq.Evaluation;
using Ptq.Numerics;
using Xunit;

namespace Ptq.Tests.Evaluation;

public class Confusion_shifts
{
    [Fact]
    public void Of_one_size_go_by_sign_then_by_real_then_by_predicted_class()
    {
        // Every row has four images; the second network moves one image in each of four cells.
        Values<int> labels = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2];
        var before = Confusion.Of(3, labels, [0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2]);
        var after = Confusion.Of(3, labels, [0, 0, 0, 0, 1, 1, 0, 2, 2, 2, 2, 1]);
        Assert.Equal([(2, 1), (1, 2), (1, 0), (0, 1), (2, 0)], before.LargestShifts(after, 5).AsEnumerable().Select(s => (s.Real, s.Predicted)));
        Assert.Equal([0.25, 0.25, 0.25, -0.25, 0], before.LargestShifts(after, 5).AsEnumerable().Select(s => Math.Round(s.Delta, 9)));
    }

    [Fact]
    public void Of_a_class_that_is_absent_are_none() => Assert.Equal(0, Confusion.Of(2, [0], [0]).Share(1, 0));

    [Fact]
    public void Refuse_classes_that_there_are_not()
    {
        Assert.Throws<ArgumentException>(() => Confusion.Of(2, [0], [2]));
        Assert.Throws<ArgumentException>(() => Confusion.Of(2, [0, 1], [0]));
    }
}
