#!/usr/bin/python3
"""Tests of the measuring itself, on answers known from paper: /usr/bin/python3 bench/accuracy/test_accuracy.py"""
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True
import numpy as np

import datasets
import jobs
import metrics
import program
import random_forest


class Metrics(unittest.TestCase):
    def test_dice_leaves_out_ignored_voxels(self):
        truth = np.array([[[1, 1, 1, 0, 255, 2]]], np.uint8)
        found = np.array([[[1, 1, 0, 1, 1, 0]]], np.uint8)
        self.assertEqual(metrics.dice(found, truth), {1: 4 / 6, 2: 0.0})

    def test_flooding_recognises_nothing(self):
        truth = np.zeros((9, 9, 9), np.uint8)
        truth[2:5, 2:5, 2:5] = 3
        self.assertFalse(metrics.recognised_objects(np.full_like(truth, 3), truth)[2].any())
        self.assertEqual(metrics.recognised_objects(truth, truth)[2].sum(), 1)

    def test_more_than_half_is_needed(self):
        truth = np.zeros((1, 1, 8), np.uint8)
        truth[..., :4] = 3
        half, more = np.zeros_like(truth), np.zeros_like(truth)
        half[..., :2], more[..., :3] = 3, 3
        self.assertEqual(metrics.recognised_objects(half, truth)[2].sum(), 0)
        self.assertEqual(metrics.recognised_objects(more, truth)[2].sum(), 1)

    def test_thickness_with_unequal_edges(self):
        numbers = np.zeros((9, 9, 9), np.int32)
        numbers[2:7, 3:6, 1:8] = 1  # five along z, three along y, seven along x
        self.assertAlmostEqual(metrics.thickness_um(numbers, (0.01, 0.05, 0.02))[1], 2 * 4 * 0.01)
        numbers[:, 3:6, :] = 1  # goes on beyond the volume along x and z: y alone counts
        self.assertAlmostEqual(metrics.thickness_um(numbers, (0.01, 0.05, 0.02))[1], 2 * 2 * 0.05)

    def test_renaming(self):
        self.assertEqual(metrics.renamed(np.array([0, 3, 4, 255], np.uint8), {3: 1}).tolist(), [0, 1, 0, 255])


class Slices(unittest.TestCase):
    def test_evenly_spaced_where_nothing_forbids(self):
        truth = np.zeros((96, 10, 10), np.uint8)
        truth[:, :5] = 1
        self.assertEqual(datasets.choose_slices(truth, 3), [16, 48, 80])

    def test_moved_until_every_class_is_seen(self):
        truth = np.zeros((96, 10, 10), np.uint8)
        truth[10:13, :5] = 6
        self.assertEqual(datasets.choose_slices(truth, 1), [12])
        self.assertEqual(datasets.choose_slices(truth, 3), [12, 44, 76])

    def test_names_are_unique(self):
        names = [job.name() for job in jobs.all_jobs(seeds=(1, 2), widths=(16, 64))]
        self.assertEqual(len(names), len(set(names)))


class Alternatives(unittest.TestCase):
    def test_hessian_of_a_paraboloid(self):
        y, x = np.mgrid[-40:41, -40:41].astype(np.float32)
        values = random_forest.features(3 * x * x + y * y)  # second derivatives 6 and 2, everywhere
        centre = values.reshape(6, 8, 81, 81)[:3, :, 40, 40]
        for scale in centre:
            self.assertAlmostEqual(scale[1], 8, delta=0.6)
            self.assertAlmostEqual(scale[4], 2, delta=0.3)
            self.assertAlmostEqual(scale[5], 6, delta=0.4)

    def test_best_threshold(self):
        values = np.arange(100.0)
        dice, threshold, above = random_forest.best_threshold(values, values > 69)
        self.assertEqual((dice, threshold, above), (1.0, 69.0, True))
        dice, threshold, above = random_forest.best_threshold(values, values <= 20)
        self.assertEqual((dice, threshold, above), (1.0, 20.0, False))

    def test_both_learn_a_bright_square(self):
        random = np.random.default_rng(1)
        truth = np.zeros((2, 64, 64), np.uint8)
        truth[:, 20:44, 20:44] = 1
        image = truth + random.normal(0, 0.5, truth.shape)
        labels = truth.copy()
        labels[1] = 255
        for found in (random_forest.random_forest(image, labels, trees=20),
                      random_forest.smoothed_threshold(image, labels)[0]):
            self.assertGreater(metrics.dice(found[1], truth[1])[1], 0.9)


class Source(unittest.TestCase):
    """What a result says of the tree that its program was built in."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = Path(folder.name)
        self.program = self.tree / "cytomo"
        (self.tree / "src").mkdir()
        patch = mock.patch.object(program, "CYTOMO", str(self.program))
        patch.start()
        self.addCleanup(patch.stop)
        self.git("init", "-q")
        self.commit("src/a.cpp", 1000)
        self.program.touch()
        os.utime(self.program, (2000, 2000))

    def git(self, *arguments, at=0):
        stamp = f"@{at} +0000"
        subprocess.run(["git", "-C", self.tree, "-c", "user.name=t", "-c", "user.email=t", *arguments], check=True,
                       env=dict(os.environ, GIT_COMMITTER_DATE=stamp, GIT_AUTHOR_DATE=stamp))

    def commit(self, name, at):
        (self.tree / name).write_text(str(at))
        self.git("add", name)
        self.git("commit", "-q", "-m", name, at=at)

    def test_program_of_this_commit(self):
        commit, remark = program.program_source()
        self.assertRegex(commit, "^[0-9a-f]+$")
        self.assertEqual(remark, "")

    def test_documents_do_not_make_it_old_but_sources_do(self):
        self.commit("notes.md", 3000)
        self.assertEqual(program.program_source()[1], "")
        self.commit("src/a.cpp", 4000)
        self.assertIn("older", program.program_source()[1])

    def test_changed_sources(self):
        (self.tree / "src/a.cpp").write_text("changed")
        self.assertTrue(program.program_source()[0].endswith("-dirty"))

    def test_named(self):
        with mock.patch.dict(os.environ, CYTOMO_COMMIT="abc"):
            self.assertEqual(program.program_source(), ("abc", ""))


if __name__ == "__main__":
    unittest.main()
