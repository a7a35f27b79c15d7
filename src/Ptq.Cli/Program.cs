using Ptq.Cli.Commands;
using Ptq.Terminal;

return App.Run(args, """
    Quantizes ONNX networks to INT8, without Python.

      ptq inspect model.onnx
      ptq quantize model.onnx --calibration images.npy -o model.int8.onnx
      ptq compare model.onnx model.int8.onnx --data images.npy
      ptq evaluate model.int8.onnx --data test.npy --labels labels.npy

    DATA is an NPY, NPZ, IDX or gzipped IDX file whose first axis counts samples, or a folder of NPY or NPZ files, one a sample.
    Exit codes: 0 done, 1 bad input, 2 bad usage, 3 a bug, 4 a demand that was not met.
    """, [new QuantizeCommand(), new InspectCommand(), new CompareCommand(), new EvaluateCommand()]);
