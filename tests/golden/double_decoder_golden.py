#!/usr/bin/python3
"""Golden values for the double-decoder network, by PyTorch's modules and autograd.

Written from the description of the method (Dyhr, Sadeghi et al. 2023, doi 10.1073/pnas.2209938120):
  encoder    a first bottleneck convolution, then four stages of one residual block and 2x2 max pooling
  neck       three branches with kernels 1, 2, 3, four bottleneck convolutions each, concatenated
  decoders   four stages of a transposed convolution and residual blocks (image: one; label: two, and skips)
Only the names of the weights are cytomo's. Needs python3-torch and python3-skimage (Debian).
Writes double_decoder_golden.txt: one record a line, "name count values...".
"""
import os

import numpy as np
import torch
import torch.nn.functional as F
from skimage.metrics import structural_similarity
from torch import nn

torch.set_num_threads(1)


def numbers(seed, count):
    """Reproducible values between -0.5 and 0.5, the same in any language."""
    i = np.arange(count, dtype=np.int64)
    return ((i * 7919 + i * i * 31 + seed * 104729) % 10007) / 10007.0 - 0.5


def fill(module):
    """Every weight from its name."""
    for name, t in list(module.named_parameters()) + list(module.named_buffers()):
        name, _, part = name.rpartition(".")
        part = {"running_mean": "mean", "running_var": "variance"}.get(part, part)
        if part == "num_batches_tracked":
            continue
        if isinstance(module.get_submodule(name), nn.BatchNorm2d):
            part = {"weight": "gamma", "bias": "beta"}.get(part, part)
        full = name + "." + part
        u = numbers(sum(full.encode()), t.numel())
        if part == "weight":
            inputs = t.shape[0] if isinstance(module.get_submodule(name), nn.ConvTranspose2d) else t.shape[1]
            u = u * np.sqrt(24.0 / (inputs * t.shape[2] * t.shape[3]))
        elif part in ("gamma", "variance"):
            u = 1 + 0.4 * u
        else:
            u = 0.4 * u
        with torch.no_grad():
            t.copy_(torch.tensor(u.reshape(t.shape), dtype=torch.float32))
        t.cytomo = full


class Same(nn.Conv2d):
    """A convolution that keeps the size; even kernels see more of the right and lower side."""

    def __init__(self, cin, cout, k, bias):
        super().__init__(cin, cout, k, bias=bias)
        self.before, self.after = (k - 1) // 2, k // 2

    def forward(self, x):
        return super().forward(F.pad(x, (self.before, self.after, self.before, self.after)))


class Bottleneck(nn.Sequential):
    def __init__(self, cin, filters, k, bias=False):
        half = max(1, filters // 2)
        super().__init__(Same(cin, half, 1, bias), Same(half, half, k, bias), Same(half, filters, 1, bias))

    def forward(self, x):
        x = super().forward(x)
        report(self, x)
        return x


def normalisation(channels):
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


class Unit(Bottleneck):
    """Bottleneck convolution with normalisation and ReLU."""

    def __init__(self, cin, filters, k, bias=False):
        super().__init__(cin, filters, k, bias)
        self.norm = normalisation(filters)

    def forward(self, x):
        for i in range(3):
            x = self[i](x)
        report(self, x)
        return F.relu(self.norm(x))


class Joined(Bottleneck):
    """Second half of a residual block: normalisation and ReLU act on input and result together."""

    def __init__(self, channels, filters):
        super().__init__(filters, filters, 3)
        self.norm = normalisation(channels + filters)

    def forward(self, block_input, x):
        for i in range(3):
            x = self[i](x)
        report(self, x)
        return F.relu(self.norm(torch.cat([block_input, x], dim=1)))


class Residual(nn.Module):
    def __init__(self, cin, filters):
        super().__init__()
        self.a = Unit(cin, filters, 3)
        self.b = Joined(cin, filters)
        self.channels = cin + filters

    def forward(self, x):
        return self.b(x, self.a(x))


class Up(nn.ConvTranspose2d):
    """Doubles the size: kernel 3, stride 2; what sticks out at the end is dropped."""

    def __init__(self, cin, cout):
        super().__init__(cin, cout, 3, stride=2)

    def forward(self, x):
        y = super().forward(x)[:, :, : 2 * x.shape[2], : 2 * x.shape[3]]
        report(self, y)
        return y


class Stage(nn.Module):
    def __init__(self, cin, filters, skip, blocks):
        super().__init__()
        self.up = Up(cin, filters)
        self.skip = skip
        channels, self.blocks = filters + skip, blocks
        for i in range(blocks):
            block = Residual(channels, filters)
            setattr(self, f"block{i}", block)
            channels = block.channels
        self.channels = channels

    def forward(self, x, skip):
        x = self.up(x)
        if self.skip:
            x = torch.cat([skip, x], dim=1)
        for i in range(self.blocks):
            x = getattr(self, f"block{i}")(x)
        return x


class Decoder(nn.Module):
    def __init__(self, cin, width, skips, blocks):
        super().__init__()
        for s in (3, 2, 1, 0):
            stage = Stage(cin, width * 2**s, skips[s], blocks)
            setattr(self, str(s), stage)
            cin = stage.channels
        self.final = Unit(cin, width, 3)

    def forward(self, x, skips):
        for s in (3, 2, 1, 0):
            x = getattr(self, str(s))(x, skips[s])
        return self.final(x)


class Network(nn.Module):
    def __init__(self, width, outputs):
        super().__init__()
        self.encoder = nn.Module()
        self.encoder.initial = Unit(1, width, 3, bias=True)
        channels, skips = width, []
        for s in range(4):
            block = Residual(channels, width * 2**s)
            setattr(self.encoder, str(s), block)
            channels = block.channels
            skips.append(channels)
        self.neck = nn.Module()
        for k in (1, 2, 3):
            units = [Unit(channels if i == 0 else 16 * width, 16 * width, k) for i in range(4)]
            setattr(self.neck, str(k), nn.Sequential(*units))
        self.image = Decoder(48 * width, width, [0] * 4, 1)
        self.image.out0 = Bottleneck(width, width, 3, bias=True)
        self.image.out1 = Bottleneck(width, width, 3, bias=True)
        self.image.out2 = Bottleneck(width, 1, 3, bias=True)
        self.label = Decoder(48 * width, width, skips, 2)
        self.label.norm = normalisation(width)
        self.label.out = Bottleneck(width, width, 3, bias=True)
        self.label.head = nn.Conv2d(width, 1 if outputs == 2 else outputs, 1)
        self.outputs = outputs

    def forward(self, image):
        x = self.encoder.initial(image)
        skips = []
        for s in range(4):
            x = getattr(self.encoder, str(s))(x)
            skips.append(x)
            x = F.max_pool2d(x, 2)
        y = torch.cat([getattr(self.neck, str(k))(x) for k in (1, 2, 3)], dim=1)
        again = self.image(y, skips)
        for out in (self.image.out0, self.image.out1, self.image.out2):
            again = out(again)
        label = self.label.head(self.label.out(self.label.norm(self.label(y, skips))))
        return again, torch.tanh(label) if self.outputs == 2 else label


reports = {}


def report(module, tensor):
    reports[module] = tensor.detach()


def huber(a, b, mask=None, delta=0.1):
    e = (a - b).abs()
    value = torch.where(e <= delta, 0.5 * e * e, delta * e - 0.5 * delta * delta)
    return value.mean() if mask is None else value[mask].mean()


def ssim(a, b, value_range):
    """Wang et al. 2004, window of 11 pixels, deviation 1.5, valid region."""
    x = torch.arange(-5, 6, dtype=torch.float64)
    g = torch.exp(-0.5 * (x / 1.5) ** 2)
    kernel = (g[:, None] * g[None, :] / g.sum() ** 2)[None, None].to(a.dtype)
    blur = lambda t: F.conv2d(t, kernel)
    ma, mb = blur(a), blur(b)
    va, vb, cab = blur(a * a) - ma**2, blur(b * b) - mb**2, blur(a * b) - ma * mb
    c1, c2 = (0.01 * value_range) ** 2, (0.03 * value_range) ** 2
    return (((2 * ma * mb + c1) * (2 * cab + c2)) / ((ma**2 + mb**2 + c1) * (va + vb + c2))).mean()


def record(out, name, values):
    values = values.detach() if isinstance(values, torch.Tensor) else values
    values = np.asarray(values, dtype=np.float64).ravel()
    out.write(f"{name} {values.size} {' '.join('%.7g' % v if v % 1 else '%d' % v for v in values)}\n")


def parameter_count(network):
    trained = sum(p.numel() for p in network.parameters())
    running = sum(b.numel() for n, b in network.named_buffers() if not n.endswith("num_batches_tracked"))
    return [trained + running, trained]


def gradients(out, key, network):
    for p in network.parameters():
        if p.grad is not None:
            record(out, f"{key}.norm.{p.cytomo}", [p.grad.norm().item()])
            if p.cytomo in CLOSE_LOOK:
                record(out, f"{key}.values.{p.cytomo}", p.grad.flatten()[:30])


CLOSE_LOOK = [
    "encoder.initial.1.weight", "encoder.2.b.1.weight", "neck.2.0.1.weight", "neck.3.3.2.weight",
    "image.3.up.weight", "image.out2.0.weight", "label.0.up.weight", "label.2.block1.b.norm.gamma",
    "label.head.weight", "label.norm.beta",
]
NY, NX, WIDTH = 32, 48, 4
image = torch.tensor(numbers(5, NY * NX).reshape(1, 1, NY, NX) * np.sqrt(12), dtype=torch.float32)
classes = np.floor((numbers(6, NY * NX) + 0.5) * 4).astype(np.int64).reshape(1, NY, NX)  # 3: unlabelled
value_range = float(image.max() - image.min())

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "double_decoder_golden.txt"), "w") as out:
    record(out, "parameters.64", parameter_count(Network(64, 2)))
    record(out, "parameters.4", parameter_count(Network(WIDTH, 2)))

    network = Network(WIDTH, 2)
    fill(network)
    again, label = network(image)  # training mode: normalises by the batch
    for name, module in network.named_modules():
        if module in reports:
            t = reports[module]
            record(out, "layer." + name, list(t.shape[1:]) + [t.mean().item(), t.std(unbiased=False).item()])
    record(out, "train.image", again.flatten()[::3])
    record(out, "train.label", label.flatten()[::3])
    for name in ("encoder.initial.norm", "neck.2.1.norm", "label.norm"):
        record(out, "running.mean." + name, network.get_submodule(name).running_mean)
        record(out, "running.variance." + name, network.get_submodule(name).running_var)

    labelled = torch.tensor(classes < 2).unsqueeze(1)
    target = torch.tensor(2.0 * classes - 1, dtype=torch.float32).unsqueeze(1)
    loss = 0.99 * huber(label, target, labelled) + 0.01 * huber(again, image)
    record(out, "loss.labelled", [loss.item()])
    loss.backward(retain_graph=True)
    gradients(out, "labelled", network)

    network.zero_grad(set_to_none=True)
    similarity = ssim(again, image, value_range)
    by_skimage = structural_similarity(
        again.detach().numpy()[0, 0].astype(np.float64), image.numpy()[0, 0].astype(np.float64),
        data_range=value_range, gaussian_weights=True, sigma=1.5, use_sample_covariance=False)
    assert abs(similarity.item() - by_skimage) < 1e-5, (similarity.item(), by_skimage)
    record(out, "similarity", [by_skimage])
    loss = 0.5 * (1 - similarity) + 0.5 * huber(again, image)
    record(out, "loss.unlabelled", [loss.item()])
    loss.backward()
    gradients(out, "unlabelled", network)

    # Inference after one pass whose statistics replace the running ones.
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():
        network(image)
        network.eval()
        again, label = network(image)
    record(out, "eval.image", again.flatten()[::3])
    record(out, "eval.label", label.flatten()[::3])

    three = Network(WIDTH, 3)
    fill(three)
    three.train()
    _, logits = three(image)
    record(out, "three.logits", logits.flatten()[::11])
    wanted = torch.tensor(np.where(classes == 3, 255, classes))
    record(out, "three.loss", [F.cross_entropy(logits, wanted, ignore_index=255).item()])
